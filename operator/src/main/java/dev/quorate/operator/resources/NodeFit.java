package dev.quorate.operator.resources;

import static java.util.Objects.requireNonNullElse;

import dev.quorate.crds.v1alpha1.Dedicated;
import dev.quorate.crds.v1alpha1.Placement;
import dev.quorate.crds.v1alpha1.StoreCluster;
import io.fabric8.kubernetes.api.model.Node;
import io.fabric8.kubernetes.api.model.NodeSpec;
import io.fabric8.kubernetes.api.model.Taint;
import io.fabric8.kubernetes.api.model.Toleration;
import java.util.List;
import java.util.Map;

/** Which nodes a cluster's members may run on, and what to type to make one more fit. */
public final class NodeFit {
    private NodeFit() {}

    public static boolean fits(StoreCluster cluster, Node node) {
        Map<String, String> labels = requireNonNullElse(node.getMetadata().getLabels(), Map.<String, String>of());
        Placement placement = cluster.getSpec().placement();
        boolean selected = placement.nodeSelector().entrySet().stream()
                .allMatch(wanted -> wanted.getValue().equals(labels.get(wanted.getKey())));
        Dedicated dedicated = placement.dedicated();
        boolean reserved =
                !dedicated.enabled() || !dedicated.strict() || value(cluster).equals(labels.get(dedicated.key()));
        NodeSpec spec = node.getSpec();
        boolean open = spec == null || !Boolean.TRUE.equals(spec.getUnschedulable());
        List<Taint> taints = spec == null || spec.getTaints() == null ? List.of() : spec.getTaints();
        List<Toleration> tolerations = PodPlacement.tolerations(cluster);
        return selected && reserved && open && taints.stream().allMatch(taint -> tolerated(taint, tolerations));
    }

    public static String advice(StoreCluster cluster) {
        Dedicated dedicated = cluster.getSpec().placement().dedicated();
        if (!dedicated.enabled()) {
            return "";
        }
        String label = dedicated.key() + "=" + value(cluster);
        return "carry " + label + ". Run: kubectl label node <node> " + label + " && kubectl taint node <node> " + label
                + ":" + dedicated.effect();
    }

    static String value(StoreCluster cluster) {
        String value = cluster.getSpec().placement().dedicated().value();
        return value == null || value.isEmpty()
                ? cluster.getMetadata().getNamespace() + "."
                        + cluster.getMetadata().getName()
                : value;
    }

    private static boolean tolerated(Taint taint, List<Toleration> tolerations) {
        return taint.getEffect().equals("PreferNoSchedule")
                || tolerations.stream().anyMatch(toleration -> tolerates(toleration, taint));
    }

    private static boolean tolerates(Toleration toleration, Taint taint) {
        String effect = requireNonNullElse(toleration.getEffect(), "");
        String key = requireNonNullElse(toleration.getKey(), "");
        boolean exists = "Exists".equals(toleration.getOperator());
        boolean sameKey = key.equals(taint.getKey()) || (exists && key.isEmpty());
        boolean sameValue = exists
                || requireNonNullElse(toleration.getValue(), "").equals(requireNonNullElse(taint.getValue(), ""));
        return (effect.isEmpty() || effect.equals(taint.getEffect())) && sameKey && sameValue;
    }
}
