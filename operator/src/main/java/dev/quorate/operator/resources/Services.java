package dev.quorate.operator.resources;

import dev.quorate.crds.v1alpha1.StoreCluster;
import io.fabric8.kubernetes.api.model.IntOrString;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.ServiceBuilder;
import io.fabric8.kubernetes.api.model.ServicePort;
import io.fabric8.kubernetes.api.model.ServicePortBuilder;
import java.util.Map;
import java.util.TreeMap;

/** The two services: one that clients use, and one that gives every pod its own name from its first moment. */
public final class Services {
    private Services() {}

    public static Service client(StoreCluster cluster) {
        Map<String, String> selector = new TreeMap<>(Labels.selector(cluster));
        selector.put(Labels.SERVING, "true");
        return new ServiceBuilder()
                .withMetadata(Labels.owned(cluster, Names.clientService(cluster)))
                .withNewSpec()
                .withType("ClusterIP")
                .withSelector(selector)
                .withPorts(port("client", Names.CLIENT_PORT))
                .endSpec()
                .build();
    }

    public static Service peers(StoreCluster cluster) {
        return new ServiceBuilder()
                .withMetadata(Labels.owned(cluster, Names.peerService(cluster)))
                .withNewSpec()
                .withType("ClusterIP")
                .withClusterIP("None")
                // A pod must be found before it is ready: it only gets ready by talking to the others.
                .withPublishNotReadyAddresses(true)
                .withSelector(Labels.selector(cluster))
                .withPorts(port("client", Names.CLIENT_PORT), port("peer", Names.PEER_PORT))
                .endSpec()
                .build();
    }

    private static ServicePort port(String name, int port) {
        return new ServicePortBuilder()
                .withName(name)
                .withPort(port)
                .withProtocol("TCP")
                .withTargetPort(new IntOrString(name))
                .build();
    }
}
