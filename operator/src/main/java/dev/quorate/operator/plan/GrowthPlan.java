package dev.quorate.operator.plan;

import dev.quorate.operator.plan.ProcessView.State;
import dev.quorate.operator.plan.Step.AddLearner;
import dev.quorate.operator.plan.Step.Reason;
import dev.quorate.operator.plan.Step.SetReplicas;
import dev.quorate.operator.plan.Step.Wait;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;

/** Adds voters pair by pair: nothing is added before all pods of the pair are up and waiting. */
final class GrowthPlan {
    private GrowthPlan() {}

    static Optional<Step> next(ClusterView view, MembershipView membership) {
        List<Integer> joining = joining(view, membership);
        if (joining.isEmpty()) {
            return Optional.empty();
        }
        List<Integer> waiting = joining.stream()
                .filter(ordinal -> membership.at(ordinal).isEmpty())
                .toList();
        return startPods(view, joining, waiting)
                .or(() -> notReady(view, waiting))
                .or(() -> waiting.stream().findFirst().map(AddLearner::new))
                .or(() -> Optional.of(catchingUp(view, joining)));
    }

    /** The ordinals that should become voters next: the lowest free ones, as many as keep the number of voters odd. */
    static List<Integer> joining(ClusterView view, MembershipView membership) {
        int voters = membership.voters().size();
        if (voters >= view.wanted().replicas() && !hasGap(view, membership)) {
            return List.of();
        }
        return IntStream.iterate(0, ordinal -> ordinal + 1)
                .filter(ordinal -> membership
                        .at(ordinal)
                        .filter(member -> !member.learner())
                        .isEmpty())
                .limit(LivePlan.pair(voters))
                .boxed()
                .toList();
    }

    /**
     * A member that will stay was replaced and is not back yet. It comes back before others go: whoever goes has the
     * highest ordinal, and pods below cannot be stopped.
     */
    static boolean hasGap(ClusterView view, MembershipView membership) {
        return IntStream.range(0, view.wanted().replicas())
                .anyMatch(ordinal -> membership
                        .at(ordinal)
                        .filter(member -> !member.learner())
                        .isEmpty());
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
