package dev.quorate.operator.plan;

import dev.quorate.operator.plan.MembershipView.Member;
import dev.quorate.operator.plan.ProcessView.State;
import dev.quorate.operator.plan.Step.AddLearner;
import dev.quorate.operator.plan.Step.Reason;
import dev.quorate.operator.plan.Step.SetReplicas;
import dev.quorate.operator.plan.Step.Wait;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Adds voters pair by pair: nothing is added before all pods of the pair are up and waiting. */
final class GrowthPlan {
    private GrowthPlan() {}

    static Optional<Step> next(ClusterView view, MembershipView membership) {
        int voters = membership.voters().size();
        if (voters >= view.wanted().replicas()) {
            return Optional.empty();
        }
        List<Integer> joining = joining(view, membership, LivePlan.pair(voters));
        List<Integer> waiting = joining.stream()
                .filter(ordinal -> membership.at(ordinal).isEmpty())
                .toList();
        return startPods(view, joining, waiting)
                .or(() -> notReady(view, waiting))
                .or(() -> waiting.stream().findFirst().map(AddLearner::new))
                .or(() -> Optional.of(catchingUp(view, joining)));
    }

    /** Those that are learners already, then the lowest free ordinals. */
    private static List<Integer> joining(ClusterView view, MembershipView membership, int count) {
        List<Integer> joining = new ArrayList<>(
                membership.learners().stream().map(Member::ordinal).toList());
        for (int ordinal = 0; ordinal < view.wanted().replicas(); ordinal++) {
            if (membership.at(ordinal).isEmpty()) {
                joining.add(ordinal);
            }
        }
        return joining.subList(0, Math.min(count, joining.size()));
    }

    private static Optional<Step> startPods(ClusterView view, List<Integer> joining, List<Integer> waiting) {
        int replicas = view.set().orElseThrow().replicas();
        int needed = 1 + joining.stream().mapToInt(ordinal -> ordinal).max().orElse(-1);
        if (replicas >= needed) {
            return Optional.empty();
        }
        if (view.wanted().oneMemberPerHost()
                && view.nodes().known()
                && view.nodes().eligible() < needed) {
            return Optional.of(new Wait(
                    Reason.TOO_FEW_NODES,
                    "one member per host needs " + needed + " nodes and only "
                            + view.nodes().eligible() + " fit. Add nodes, or set placement.spread.hosts: Preferred"));
        }
        for (int ordinal : waiting) {
            SlotView slot = view.slot(ordinal);
            if (slot.pod().isPresent() && ordinal >= replicas) {
                return Optional.of(
                        new Wait(Reason.POD_LEAVING, view.podName(ordinal) + " of an earlier life is still stopping"));
            }
            Optional<Step> clean = Plan.deleteReleased(slot);
            if (clean.isPresent()) {
                return clean;
            }
        }
        return Optional.of(new SetReplicas(replicas, needed));
    }

    private static Optional<Step> notReady(ClusterView view, List<Integer> waiting) {
        for (int ordinal : waiting) {
            SlotView slot = view.slot(ordinal);
            boolean up = slot.podIsStaying() && slot.is(State.UNINITIALISED);
            if (!up) {
                boolean wrong = slot.process().isPresent();
                String sentence = view.podName(ordinal) + " " + slot.problem();
                return Optional.of(new Wait(wrong ? Reason.WRONG_VOLUME : Reason.MEMBER_PENDING, sentence));
            }
        }
        return Optional.empty();
    }

    private static Step catchingUp(ClusterView view, List<Integer> joining) {
        String names = String.join(", ", joining.stream().map(view::podName).toList());
        return new Wait(
                Reason.CATCHING_UP, names + (joining.size() == 1 ? " is" : " are") + " catching up as learners");
    }
}
