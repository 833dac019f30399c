package dev.quorate.operator.cluster;

import io.fabric8.kubernetes.api.model.ContainerState;
import io.fabric8.kubernetes.api.model.ContainerStatus;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodCondition;
import java.util.Optional;
import java.util.stream.Stream;

/** What a pod's status says, in the words of a sentence that starts with the pod's name. */
final class PodState {
    private PodState() {}

    static boolean ready(Pod pod) {
        return conditions(pod)
                .anyMatch(condition -> condition.getType().equals("Ready")
                        && condition.getStatus().equals("True"));
    }

    static String node(Pod pod) {
        String node = pod.getSpec() == null ? null : pod.getSpec().getNodeName();
        return node == null ? "" : node;
    }

    /** Empty if nothing is wrong that Kubernetes knows of. */
    static String problem(Pod pod) {
        if (pod.getMetadata().getDeletionTimestamp() != null) {
            return "is being stopped";
        }
        Optional<String> unscheduled = conditions(pod)
                .filter(condition -> condition.getType().equals("PodScheduled")
                        && condition.getStatus().equals("False"))
                .map(condition -> "cannot be scheduled: " + condition.getMessage())
                .findFirst();
        return unscheduled
                .or(() -> containers(pod)
                        .map(ContainerStatus::getState)
                        .filter(state -> state != null && state.getWaiting() != null)
                        .map(ContainerState::getWaiting)
                        .filter(waiting -> !"ContainerCreating".equals(waiting.getReason()))
                        .map(waiting -> "waits: " + waiting.getReason()
                                + (waiting.getMessage() == null ? "" : ", " + waiting.getMessage()))
                        .findFirst())
                .orElse("");
    }

    private static Stream<PodCondition> conditions(Pod pod) {
        return pod.getStatus() == null || pod.getStatus().getConditions() == null
                ? Stream.empty()
                : pod.getStatus().getConditions().stream();
    }

    private static Stream<ContainerStatus> containers(Pod pod) {
        return pod.getStatus() == null || pod.getStatus().getContainerStatuses() == null
                ? Stream.empty()
                : pod.getStatus().getContainerStatuses().stream();
    }
}
