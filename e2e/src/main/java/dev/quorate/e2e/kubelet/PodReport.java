package dev.quorate.e2e.kubelet;

import dev.quorate.e2e.objects.Pods;
import io.fabric8.kubernetes.api.model.ContainerStatus;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodCondition;
import io.fabric8.kubernetes.api.model.PodConditionBuilder;
import io.fabric8.kubernetes.api.model.PodIP;
import io.fabric8.kubernetes.api.model.PodStatus;
import io.fabric8.kubernetes.api.model.PodStatusBuilder;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/** The status of a pod, made from those of its containers. */
record PodReport(List<ContainerStatus> init, List<ContainerStatus> containers, String address) {

    PodStatus of(Pod pod, Instant now) {
        boolean initialized = init.stream().allMatch(PodReport::hasSucceeded);
        boolean ready = initialized && containers.stream().allMatch(ContainerStatus::getReady);
        boolean over = phase().equals("Succeeded") || phase().equals("Failed");
        List<PodCondition> conditions = new ArrayList<>();
        conditions.add(condition(pod, "PodScheduled", true, "", now));
        conditions.add(condition(pod, "Initialized", initialized, "ContainersNotInitialized", now));
        conditions.add(condition(pod, "ContainersReady", ready && !over, "ContainersNotReady", now));
        conditions.add(condition(pod, "Ready", ready && !over, "ContainersNotReady", now));
        return new PodStatusBuilder()
                .withPhase(phase())
                .withConditions(conditions)
                .withHostIP("127.0.0.1")
                .withPodIP(address)
                .withPodIPs(new PodIP(address))
                .withStartTime(startTime(pod, now))
                .withQosClass(qosClass(pod))
                .withInitContainerStatuses(init)
                .withContainerStatuses(containers)
                .build();
    }

    private String phase() {
        boolean failedInit = init.stream().anyMatch(status -> isOver(status) && !hasSucceeded(status));
        if (failedInit) return "Failed";
        if (!init.stream().allMatch(PodReport::hasSucceeded)) return "Pending";
        if (containers.stream().allMatch(PodReport::isOver))
            return containers.stream().allMatch(PodReport::hasSucceeded) ? "Succeeded" : "Failed";
        boolean begun = containers.stream()
                .allMatch(status -> status.getState().getWaiting() == null || status.getRestartCount() > 0);
        return begun ? "Running" : "Pending";
    }

    private static boolean isOver(ContainerStatus status) {
        return status.getState().getTerminated() != null;
    }

    private static boolean hasSucceeded(ContainerStatus status) {
        return isOver(status) && status.getState().getTerminated().getExitCode() == 0;
    }

    /** The time of a condition is that of its last change. */
    private static PodCondition condition(Pod pod, String type, boolean holds, String reason, Instant now) {
        String status = holds ? "True" : "False";
        String since = Pods.condition(pod, type)
                .filter(known -> known.getStatus().equals(status) && known.getLastTransitionTime() != null)
                .map(PodCondition::getLastTransitionTime)
                .orElse(text(now));
        return new PodConditionBuilder()
                .withType(type)
                .withStatus(status)
                .withReason(holds ? null : reason)
                .withLastTransitionTime(since)
                .build();
    }

    private static String startTime(Pod pod, Instant now) {
        String known = pod.getStatus() == null ? null : pod.getStatus().getStartTime();
        return known == null ? text(now) : known;
    }

    private static String qosClass(Pod pod) {
        boolean none = pod.getSpec().getContainers().stream()
                .allMatch(container -> container.getResources() == null
                        || (container.getResources().getLimits().isEmpty()
                                && container.getResources().getRequests().isEmpty()));
        if (none) return "BestEffort";
        boolean guaranteed = pod.getSpec().getContainers().stream()
                .allMatch(container -> container.getResources() != null
                        && container.getResources().getLimits().containsKey("cpu")
                        && container.getResources().getLimits().containsKey("memory")
                        && (container.getResources().getRequests().isEmpty()
                                || Objects.equals(
                                        container.getResources().getLimits(),
                                        container.getResources().getRequests())));
        return guaranteed ? "Guaranteed" : "Burstable";
    }

    private static String text(Instant time) {
        return time.truncatedTo(ChronoUnit.SECONDS).toString();
    }
}
