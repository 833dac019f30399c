package dev.quorate.e2e.controllers;

import dev.quorate.e2e.objects.Change;
import dev.quorate.e2e.objects.Pods;
import dev.quorate.e2e.objects.Selectors;
import dev.quorate.e2e.objects.World;
import io.fabric8.kubernetes.api.model.ConditionBuilder;
import io.fabric8.kubernetes.api.model.IntOrString;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.apps.StatefulSet;
import io.fabric8.kubernetes.api.model.policy.v1.PodDisruptionBudget;
import io.fabric8.kubernetes.api.model.policy.v1.PodDisruptionBudgetBuilder;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/** Counts for each PodDisruptionBudget how many of its pods may go now. */
final class Budgets {
    private Budgets() {}

    static List<Change> next(World world, Instant now) {
        List<Change> changes = new ArrayList<>();
        for (PodDisruptionBudget budget : world.budgets()) {
            List<Pod> pods = world.pods().stream()
                    .filter(pod -> Pods.sameNamespace(budget, pod)
                            && !Pods.isOver(pod)
                            && Selectors.matches(
                                    budget.getSpec().getSelector(),
                                    pod.getMetadata().getLabels()))
                    .toList();
            Counts counts = counts(budget, pods, expected(world, pods));
            if (!counts.equals(written(budget))) changes.add(new Change.ReplaceStatus(status(budget, counts, now)));
        }
        return changes;
    }

    record Counts(long generation, int expected, int healthy, int desired, int allowed) {}

    private static Counts counts(PodDisruptionBudget budget, List<Pod> pods, int expected) {
        int healthy = Math.toIntExact(pods.stream()
                .filter(pod -> Pods.isReady(pod) && !Pods.isTerminating(pod))
                .count());
        IntOrString most = budget.getSpec().getMaxUnavailable();
        int desired = most == null
                ? share(budget.getSpec().getMinAvailable(), expected)
                : Math.max(0, expected - share(most, expected));
        long generation = Objects.requireNonNullElse(budget.getMetadata().getGeneration(), 0L);
        return new Counts(generation, expected, healthy, desired, Math.max(0, healthy - desired));
    }

    /** How many pods there should be: what their StatefulSets ask for, or else what there is. */
    private static int expected(World world, List<Pod> pods) {
        List<String> owners = pods.stream()
                .flatMap(pod -> Pods.controller(pod).stream())
                .map(owner -> owner.getUid())
                .toList();
        int wanted = world.sets().stream()
                .filter(set -> owners.contains(set.getMetadata().getUid()))
                .map(StatefulSet::getSpec)
                .mapToInt(spec -> Objects.requireNonNullElse(spec.getReplicas(), 1))
                .sum();
        return wanted == 0 ? pods.size() : wanted;
    }

    private static int share(IntOrString amount, int of) {
        if (amount == null) return 0;
        if (amount.getStrVal() == null) return amount.getIntVal();
        int percent = Integer.parseInt(amount.getStrVal().replace("%", ""));
        return (of * percent + 99) / 100;
    }

    private static Counts written(PodDisruptionBudget budget) {
        var status = budget.getStatus();
        if (status == null || status.getExpectedPods() == null) return new Counts(-1, 0, 0, 0, 0);
        return new Counts(
                Objects.requireNonNullElse(status.getObservedGeneration(), -1L),
                status.getExpectedPods(),
                status.getCurrentHealthy(),
                status.getDesiredHealthy(),
                status.getDisruptionsAllowed());
    }

    private static PodDisruptionBudget status(PodDisruptionBudget budget, Counts counts, Instant now) {
        return new PodDisruptionBudgetBuilder(budget)
                .withNewStatus()
                .withObservedGeneration(counts.generation())
                .withExpectedPods(counts.expected())
                .withCurrentHealthy(counts.healthy())
                .withDesiredHealthy(counts.desired())
                .withDisruptionsAllowed(counts.allowed())
                .withConditions(new ConditionBuilder()
                        .withType("DisruptionAllowed")
                        .withStatus(counts.allowed() > 0 ? "True" : "False")
                        .withReason(counts.allowed() > 0 ? "SufficientPods" : "InsufficientPods")
                        .withMessage("")
                        .withLastTransitionTime(
                                now.truncatedTo(ChronoUnit.SECONDS).toString())
                        .build())
                .endStatus()
                .build();
    }
}
