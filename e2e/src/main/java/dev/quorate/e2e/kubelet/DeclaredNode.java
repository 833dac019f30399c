package dev.quorate.e2e.kubelet;

import io.fabric8.kubernetes.api.model.Node;
import io.fabric8.kubernetes.api.model.NodeBuilder;
import io.fabric8.kubernetes.api.model.NodeStatus;
import io.fabric8.kubernetes.api.model.NodeStatusBuilder;
import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.api.model.Taint;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;

/** A node that this kubelet plays. Labels and taints are those of its first registration; later they are the users'. */
public record DeclaredNode(String name, Map<String, String> labels, List<Taint> taints) {
    /** What these nodes give as their kubelet's version; real nodes have another. */
    public static final String VERSION = "v1.34.0-localkube";

    private static final Map<String, Quantity> CAPACITY =
            Map.of("cpu", new Quantity("8"), "memory", new Quantity("32Gi"), "pods", new Quantity("110"));

    /** A node of its own name in a zone. */
    public static DeclaredNode in(String zone, String name) {
        return new DeclaredNode(
                name,
                Map.of(
                        "kubernetes.io/hostname", name,
                        "kubernetes.io/os", "linux",
                        "topology.kubernetes.io/zone", zone),
                List.of());
    }

    Node registration() {
        return new NodeBuilder()
                .withNewMetadata()
                .withName(name)
                .withLabels(labels)
                .endMetadata()
                .withNewSpec()
                .withTaints(taints)
                .endSpec()
                .build();
    }

    static Node ready(Node node, Instant now) {
        String time = now.truncatedTo(ChronoUnit.SECONDS).toString();
        NodeStatus status = new NodeStatusBuilder()
                .withCapacity(CAPACITY)
                .withAllocatable(CAPACITY)
                .addNewAddress("127.0.0.1", "InternalIP")
                .addNewAddress(node.getMetadata().getName(), "Hostname")
                .addNewCondition()
                .withType("Ready")
                .withStatus("True")
                .withReason("KubeletReady")
                .withMessage("pods run as processes of this machine")
                .withLastHeartbeatTime(time)
                .withLastTransitionTime(since(node, time))
                .endCondition()
                .withNewNodeInfo()
                .withKubeletVersion(VERSION)
                .withContainerRuntimeVersion("process://1")
                .withOperatingSystem("linux")
                .endNodeInfo()
                .build();
        return new NodeBuilder(node).withStatus(status).build();
    }

    private static String since(Node node, String now) {
        return node.getStatus() == null || node.getStatus().getConditions().isEmpty()
                ? now
                : node.getStatus().getConditions().getFirst().getLastTransitionTime();
    }
}
