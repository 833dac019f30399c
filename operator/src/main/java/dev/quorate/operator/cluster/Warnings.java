package dev.quorate.operator.cluster;

import dev.quorate.crds.v1alpha1.StoreClusterStatus;
import dev.quorate.operator.kube.EventText;
import io.fabric8.kubernetes.api.model.Condition;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The turns for the worse between two statuses, as events. */
final class Warnings {
    private Warnings() {}

    static List<EventText> between(@Nullable StoreClusterStatus before, StoreClusterStatus after) {
        List<EventText> warnings = new ArrayList<>();
        turned(before, after, "QuorumHealthy", "False", "QuorumLost").ifPresent(warnings::add);
        turned(before, after, "Degraded", "True", "MemberUnhealthy").ifPresent(warnings::add);
        turned(before, after, "PlacementSatisfied", "False", "PlacementInsufficient")
                .ifPresent(warnings::add);
        turned(before, after, "Ready", "Unknown", "InvalidSpec").ifPresent(warnings::add);
        return warnings;
    }

    private static Optional<EventText> turned(
            @Nullable StoreClusterStatus before, StoreClusterStatus after, String type, String bad, String reason) {
        boolean wasBad = before != null
                && find(before, type).filter(old -> old.getStatus().equals(bad)).isPresent();
        return find(after, type)
                .filter(now -> now.getStatus().equals(bad) && !wasBad)
                .map(now -> EventText.warning(reason, now.getMessage()));
    }

    private static Optional<Condition> find(StoreClusterStatus status, String type) {
        return status.conditions().stream()
                .filter(condition -> condition.getType().equals(type))
                .findFirst();
    }
}
