package dev.quorate.e2e.controllers;

import dev.quorate.e2e.objects.Change;
import dev.quorate.e2e.objects.Pods;
import dev.quorate.e2e.objects.World;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.api.model.PodConditionBuilder;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * Gives every waiting pod a node, or says why there is none.
 *
 * <p>It remembers which pods it has placed until it sees them placed: a picture that is a moment old would let it give
 * one place away twice.
 */
final class Scheduler {
    private final Map<String, String> placed = new HashMap<>();

    List<Change> next(World seen, Instant now) {
        placed.keySet()
                .removeIf(uid -> seen.pods().stream()
                        .noneMatch(pod -> pod.getMetadata().getUid().equals(uid) && !Pods.isScheduled(pod)));
        List<Pod> pods = new ArrayList<>(seen.pods().stream().map(this::assumed).toList());
        List<Change> changes = new ArrayList<>();
        for (int i = 0; i < pods.size(); i++) {
            Pod pod = pods.get(i);
            if (Pods.isScheduled(pod) || Pods.isTerminating(pod)) continue;
            switch (Placement.of(pod, seen.nodes(), pods)) {
                case Placement.On(String node) -> {
                    changes.add(new Change.Bind(pod, node));
                    changes.add(new Change.Tell(
                            pod,
                            false,
                            "Scheduled",
                            "Successfully assigned " + pod.getMetadata().getNamespace() + "/"
                                    + pod.getMetadata().getName() + " to " + node));
                    placed.put(pod.getMetadata().getUid(), node);
                    pods.set(i, on(pod, node));
                }
                case Placement.Nowhere(String why) -> changes.addAll(unschedulable(pod, why, now));
            }
        }
        return changes;
    }

    /** The pod was not bound after all. */
    void forget(Pod pod) {
        placed.remove(pod.getMetadata().getUid());
    }

    private Pod assumed(Pod pod) {
        String node = placed.get(pod.getMetadata().getUid());
        return node == null ? pod : on(pod, node);
    }

    private static Pod on(Pod pod, String node) {
        return new PodBuilder(pod).editSpec().withNodeName(node).endSpec().build();
    }

    private static List<Change> unschedulable(Pod pod, String why, Instant now) {
        if (Pods.condition(pod, "PodScheduled")
                .filter(known -> Objects.equals(known.getMessage(), why))
                .isPresent()) return List.of();
        Pod told = new PodBuilder(pod)
                .editOrNewStatus()
                .withPhase("Pending")
                .removeMatchingFromConditions(condition -> condition.getType().equals("PodScheduled"))
                .addToConditions(new PodConditionBuilder()
                        .withType("PodScheduled")
                        .withStatus("False")
                        .withReason("Unschedulable")
                        .withMessage(why)
                        .withLastTransitionTime(
                                now.truncatedTo(ChronoUnit.SECONDS).toString())
                        .build())
                .endStatus()
                .build();
        return List.of(new Change.ReplaceStatus(told), new Change.Tell(pod, true, "FailedScheduling", why));
    }
}
