package dev.quorate.e2e.kubelet;

import static org.assertj.core.api.Assertions.assertThat;

import dev.quorate.e2e.objects.World;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.api.model.PodConditionBuilder;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.ServiceBuilder;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

final class HostsFileTest {
    private static final List<Service> SERVICES = List.of(service("a-peers", true), service("a-client", false));

    @Test
    void podsHaveNamesUnderTheirServiceAndServicesStandForTheirPods() {
        assertThat(hosts("d", pod("a-0", "127.9.0.2", true), pod("a-1", "127.9.0.3", false)))
                .isEqualTo("""
                        127.0.0.1 localhost here
                        127.9.0.2 a-0.a-peers.d.svc.cluster.local a-0.a-peers.d.svc.cluster.local. a-0.a-peers.d.svc a-0.a-peers.d a-0.a-peers
                        127.9.0.2 a-client.d.svc.cluster.local a-client.d.svc.cluster.local. a-client.d.svc a-client.d a-client
                        127.9.0.2 a-peers.d.svc.cluster.local a-peers.d.svc.cluster.local. a-peers.d.svc a-peers.d a-peers
                        127.9.0.3 a-1.a-peers.d.svc.cluster.local a-1.a-peers.d.svc.cluster.local. a-1.a-peers.d.svc a-1.a-peers.d a-1.a-peers
                        127.9.0.3 a-peers.d.svc.cluster.local a-peers.d.svc.cluster.local. a-peers.d.svc a-peers.d a-peers
                        """);
    }

    @Test
    void shortNamesAreForTheOwnNamespaceOnly() {
        assertThat(hosts("other", pod("a-0", "127.9.0.2", true)))
                .contains("a-0.a-peers.d.svc ")
                .doesNotContain(" a-0.a-peers\n");
    }

    private static String hosts(String namespace, Pod... pods) {
        World world = new World(
                List.of(),
                List.of(pods),
                List.of(),
                List.of(),
                List.of(),
                SERVICES,
                List.of(),
                List.of(),
                List.of(),
                List.of());
        return HostsFile.of(world, namespace, "here");
    }

    private static Pod pod(String name, String address, boolean ready) {
        return new PodBuilder()
                .withNewMetadata()
                .withName(name)
                .withNamespace("d")
                .withLabels(Map.of("app", "a"))
                .endMetadata()
                .withNewSpec()
                .withHostname(name)
                .withSubdomain("a-peers")
                .endSpec()
                .withNewStatus()
                .withPhase("Running")
                .withPodIP(address)
                .withConditions(new PodConditionBuilder()
                        .withType("Ready")
                        .withStatus(ready ? "True" : "False")
                        .build())
                .endStatus()
                .build();
    }

    private static Service service(String name, boolean all) {
        return new ServiceBuilder()
                .withNewMetadata()
                .withName(name)
                .withNamespace("d")
                .endMetadata()
                .withNewSpec()
                .withSelector(Map.of("app", "a"))
                .withPublishNotReadyAddresses(all)
                .endSpec()
                .build();
    }
}
