package dev.quorate.operator.kube;

import io.fabric8.kubernetes.api.model.Node;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.informers.ResourceEventHandler;
import io.fabric8.kubernetes.client.informers.SharedIndexInformer;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The nodes of the Kubernetes cluster, kept up to date; empty where the operator may not read them. */
public final class NodeWatch implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(NodeWatch.class);

    private final Optional<SharedIndexInformer<Node>> informer;

    /** {@code changed} is called when a node comes, goes, or changes in what placement looks at. */
    public NodeWatch(KubernetesClient client, Runnable changed) {
        informer = start(client, changed);
    }

    private static Optional<SharedIndexInformer<Node>> start(KubernetesClient client, Runnable changed) {
        try {
            return Optional.of(client.nodes().inform(new Changes(changed)));
        } catch (KubernetesClientException e) {
            LOG.warn("nodes cannot be read, so placement is not verified: {}", e.getMessage());
            return Optional.empty();
        }
    }

    public List<Node> nodes() {
        return informer.map(running -> running.getStore().list()).orElse(List.of());
    }

    @Override
    public void close() {
        informer.ifPresent(SharedIndexInformer::close);
    }

    private record Changes(Runnable changed) implements ResourceEventHandler<Node> {
        @Override
        public void onAdd(Node node) {
            changed.run();
        }

        @Override
        public void onUpdate(Node before, Node after) {
            // The kubelet writes its heartbeat into the status: that is no change for placement.
            boolean same = Objects.equals(before.getSpec(), after.getSpec())
                    && Objects.equals(
                            before.getMetadata().getLabels(),
                            after.getMetadata().getLabels());
            if (!same) {
                changed.run();
            }
        }

        @Override
        public void onDelete(Node node, boolean finalStateUnknown) {
            changed.run();
        }
    }
}
