package dev.quorate.operator.plan;

import dev.quorate.operator.plan.Step.Done;
import dev.quorate.operator.plan.Step.MoveLeader;
import dev.quorate.operator.plan.Step.Reason;
import dev.quorate.operator.plan.Step.RemoveLost;
import dev.quorate.operator.plan.Step.RenewPod;
import dev.quorate.operator.plan.Step.RestartPod;
import dev.quorate.operator.plan.Step.Wait;

/** What a step is a part of, in words for people. */
enum Operation {
    NONE("", "Idle"),
    BOOTSTRAP("Bootstrap", "Bootstrapping"),
    SCALE_UP("ScaleUp", "ScalingUp"),
    SCALE_DOWN("ScaleDown", "ScalingDown"),
    ROLLING_RESTART("RollingRestart", "Rolling"),
    REPLACE_MEMBER("ReplaceMember", "ReplacingMember");

    final String type;
    final String reason;

    Operation(String type, String reason) {
        this.type = type;
        this.reason = reason;
    }

    /** {@code grown} is true once the cluster has reached its wanted size for the first time. */
    static Operation of(ClusterView view, Step step, boolean grown) {
        if (step instanceof Done || (step instanceof Wait wait && standsStill(wait.reason()))) {
            return NONE;
        }
        if (!view.born()) {
            return BOOTSTRAP;
        }
        int voters = view.membership().map(members -> members.voters().size()).orElse(0);
        if (voters == 0) {
            return NONE;
        }
        // Voters come and go in pairs, so that an even number is a pair of which one is being replaced.
        boolean incomplete = grown && voters % 2 == 0 && voters < view.wanted().replicas();
        if (incomplete || step instanceof RemoveLost || step instanceof RenewPod) {
            return REPLACE_MEMBER;
        }
        if (step instanceof RestartPod || (voters == view.wanted().replicas() && step instanceof MoveLeader)) {
            return ROLLING_RESTART;
        }
        if (voters == view.wanted().replicas()) {
            return step instanceof Wait ? rest(view) : SCALE_DOWN;
        }
        if (voters > view.wanted().replicas()) {
            return SCALE_DOWN;
        }
        return grown ? SCALE_UP : BOOTSTRAP;
    }

    private static Operation rest(ClusterView view) {
        boolean rolling = view.slots().values().stream().anyMatch(view::outdated);
        return rolling ? ROLLING_RESTART : NONE;
    }

    private static boolean standsStill(Reason reason) {
        return switch (reason) {
            case PAUSED, INVALID_SPEC, SPLIT_IDENTITY, QUORUM_LOST, UNKNOWN_MEMBER -> true;
            case WAITING_FOR_SEED, OLD_VOLUMES, MEMBER_UNHEALTHY, MEMBER_PENDING, WRONG_VOLUME, CATCHING_UP -> false;
            case TOO_FEW_NODES, POD_LEAVING, REFUSED -> false;
        };
    }

    String summary(ClusterView view) {
        int voters = view.membership().map(members -> members.voters().size()).orElse(0);
        int wanted = view.wanted().replicas();
        return switch (this) {
            case NONE -> "";
            case BOOTSTRAP -> "bootstrap " + voters + "/" + wanted;
            case SCALE_UP, SCALE_DOWN -> "scale " + voters + "\u2192" + wanted;
            case REPLACE_MEMBER -> "replace " + voters + "/" + wanted;
            case ROLLING_RESTART ->
                "restart "
                        + view.slots().values().stream()
                                .filter(slot -> slot.podIsStaying() && !view.outdated(slot))
                                .count()
                        + "/" + view.set().map(SetView::replicas).orElse(0);
        };
    }
}
