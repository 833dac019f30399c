package dev.quorate.operator.plan;

import dev.quorate.operator.plan.MembershipView.Member;
import dev.quorate.operator.plan.ProcessView.State;
import dev.quorate.operator.plan.Step.RemoveLost;
import dev.quorate.operator.plan.Step.RenewPod;
import java.util.Optional;

/**
 * Replaces a member that says that its data is gone. It must not come back under its old id: what it voted for and what
 * it acknowledged is forgotten. First match wins, and {@link GrowthPlan} does the rest:
 *
 * <ol>
 *   <li>a pod within the set that is no member any more, and whose process can never be one again: renew it
 *   <li>a voter without its data, while the others have a quorum: remove it
 * </ol>
 *
 * <p>Removing it costs nothing: its vote has been missing since its data went, so as many may fail after as before.
 */
final class ReplacementPlan {
    private ReplacementPlan() {}

    static Optional<Step> next(ClusterView view, MembershipView membership) {
        return renew(view, membership).or(() -> remove(view, membership));
    }

    private static Optional<Step> renew(ClusterView view, MembershipView membership) {
        int replicas = view.set().orElseThrow().replicas();
        return view.slots().headMap(replicas).values().stream()
                .filter(slot -> slot.podIsStaying()
                        && membership.at(slot.ordinal()).isEmpty()
                        && (slot.is(State.DATA_LOST) || slot.is(State.REMOVED) || unaware(slot, membership)))
                .findFirst()
                .map(slot -> new RenewPod(
                        slot.ordinal(),
                        slot.pod().orElseThrow().uid(),
                        slot.volume().map(VolumeView::uid)));
    }

    /** It was down when it was removed, and nobody has told it; the members were listed after it was asked. */
    private static boolean unaware(SlotView slot, MembershipView membership) {
        return slot.process()
                .filter(process -> process.state() == State.RUNNING)
                .filter(process -> membership.members().stream().noneMatch(member -> member.id() == process.memberId()))
                .isPresent();
    }

    private static Optional<Step> remove(ClusterView view, MembershipView membership) {
        int voters = membership.voters().size();
        boolean served = QuorumRule.healthyVoters(view, membership) >= QuorumRule.quorum(voters);
        return membership.members().stream()
                .filter(member -> lost(view, member))
                .filter(member -> member.id() != membership.leader())
                .filter(member -> served)
                .findFirst()
                .map(member -> new RemoveLost(LivePlan.target(member)));
    }

    static boolean lost(ClusterView view, Member member) {
        return view.slot(member.ordinal()).is(State.DATA_LOST);
    }
}
