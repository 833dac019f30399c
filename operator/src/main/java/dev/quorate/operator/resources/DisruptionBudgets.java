package dev.quorate.operator.resources;

import dev.quorate.crds.v1alpha1.StoreCluster;
import io.fabric8.kubernetes.api.model.IntOrString;
import io.fabric8.kubernetes.api.model.LabelSelectorBuilder;
import io.fabric8.kubernetes.api.model.policy.v1.PodDisruptionBudget;
import io.fabric8.kubernetes.api.model.policy.v1.PodDisruptionBudgetBuilder;

/** The pod disruption budget: counts every pod of the set, so that a ready learner buys no allowance. */
public final class DisruptionBudgets {
    private DisruptionBudgets() {}

    public static PodDisruptionBudget of(StoreCluster cluster, int minAvailable) {
        return new PodDisruptionBudgetBuilder()
                .withMetadata(Labels.owned(cluster, cluster.getMetadata().getName()))
                .withNewSpec()
                .withMinAvailable(new IntOrString(minAvailable))
                .withSelector(new LabelSelectorBuilder()
                        .withMatchLabels(Labels.selector(cluster))
                        .build())
                .withUnhealthyPodEvictionPolicy("IfHealthyBudget")
                .endSpec()
                .build();
    }
}
