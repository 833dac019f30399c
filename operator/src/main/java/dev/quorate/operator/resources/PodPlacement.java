package dev.quorate.operator.resources;

import dev.quorate.crds.v1alpha1.Dedicated;
import dev.quorate.crds.v1alpha1.Placement;
import dev.quorate.crds.v1alpha1.Spread;
import dev.quorate.crds.v1alpha1.StoreCluster;
import io.fabric8.kubernetes.api.model.Affinity;
import io.fabric8.kubernetes.api.model.AffinityBuilder;
import io.fabric8.kubernetes.api.model.LabelSelector;
import io.fabric8.kubernetes.api.model.LabelSelectorBuilder;
import io.fabric8.kubernetes.api.model.NodeAffinity;
import io.fabric8.kubernetes.api.model.NodeAffinityBuilder;
import io.fabric8.kubernetes.api.model.NodeSelectorTerm;
import io.fabric8.kubernetes.api.model.NodeSelectorTermBuilder;
import io.fabric8.kubernetes.api.model.PodAffinityTerm;
import io.fabric8.kubernetes.api.model.PodAffinityTermBuilder;
import io.fabric8.kubernetes.api.model.PodAntiAffinity;
import io.fabric8.kubernetes.api.model.PodAntiAffinityBuilder;
import io.fabric8.kubernetes.api.model.Toleration;
import io.fabric8.kubernetes.api.model.TolerationBuilder;
import io.fabric8.kubernetes.api.model.TopologySpreadConstraint;
import io.fabric8.kubernetes.api.model.TopologySpreadConstraintBuilder;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Where the pods of a cluster may run: affinity, spread and tolerations from the placement of the spec. */
final class PodPlacement {
    private static final String HOST = "kubernetes.io/hostname";
    private static final String REQUIRED = "Required";
    private static final String PREFERRED = "Preferred";

    private PodPlacement() {}

    static List<Toleration> tolerations(StoreCluster cluster) {
        Placement placement = cluster.getSpec().placement();
        List<Toleration> all = new ArrayList<>(placement.tolerations());
        if (placement.dedicated().enabled()) {
            all.add(new TolerationBuilder()
                    .withKey(placement.dedicated().key())
                    .withOperator("Equal")
                    .withValue(NodeFit.value(cluster))
                    .withEffect(placement.dedicated().effect())
                    .build());
        }
        return all;
    }

    static @Nullable Affinity affinity(StoreCluster cluster) {
        NodeAffinity nodes = nodes(cluster);
        PodAntiAffinity hosts = hosts(cluster);
        return nodes == null && hosts == null
                ? null
                : new AffinityBuilder()
                        .withNodeAffinity(nodes)
                        .withPodAntiAffinity(hosts)
                        .build();
    }

    private static @Nullable NodeAffinity nodes(StoreCluster cluster) {
        Dedicated dedicated = cluster.getSpec().placement().dedicated();
        if (!dedicated.enabled()) {
            return null;
        }
        NodeSelectorTerm ours = new NodeSelectorTermBuilder()
                .addNewMatchExpression()
                .withKey(dedicated.key())
                .withOperator("In")
                .withValues(NodeFit.value(cluster))
                .endMatchExpression()
                .build();
        NodeAffinityBuilder affinity = new NodeAffinityBuilder();
        return dedicated.strict()
                ? affinity.withNewRequiredDuringSchedulingIgnoredDuringExecution()
                        .withNodeSelectorTerms(ours)
                        .endRequiredDuringSchedulingIgnoredDuringExecution()
                        .build()
                : affinity.addNewPreferredDuringSchedulingIgnoredDuringExecution()
                        .withWeight(100)
                        .withPreference(ours)
                        .endPreferredDuringSchedulingIgnoredDuringExecution()
                        .build();
    }

    private static @Nullable PodAntiAffinity hosts(StoreCluster cluster) {
        PodAffinityTerm sameHost = new PodAffinityTermBuilder()
                .withTopologyKey(HOST)
                .withLabelSelector(selector(cluster))
                .build();
        PodAntiAffinityBuilder apart = new PodAntiAffinityBuilder();
        return switch (cluster.getSpec().placement().spread().hosts()) {
            case REQUIRED ->
                apart.withRequiredDuringSchedulingIgnoredDuringExecution(sameHost)
                        .build();
            case PREFERRED ->
                apart.addNewPreferredDuringSchedulingIgnoredDuringExecution()
                        .withWeight(100)
                        .withPodAffinityTerm(sameHost)
                        .endPreferredDuringSchedulingIgnoredDuringExecution()
                        .build();
            default -> null;
        };
    }

    static List<TopologySpreadConstraint> zones(StoreCluster cluster) {
        Spread spread = cluster.getSpec().placement().spread();
        if (!spread.zones().equals(REQUIRED) && !spread.zones().equals(PREFERRED)) {
            return List.of();
        }
        return List.of(new TopologySpreadConstraintBuilder()
                .withMaxSkew(1)
                .withTopologyKey(spread.zoneKey())
                .withWhenUnsatisfiable(spread.zones().equals(REQUIRED) ? "DoNotSchedule" : "ScheduleAnyway")
                .withLabelSelector(selector(cluster))
                .build());
    }

    private static LabelSelector selector(StoreCluster cluster) {
        return new LabelSelectorBuilder()
                .withMatchLabels(Labels.selector(cluster))
                .build();
    }
}
