package dev.quorate.operator.plan;

import dev.quorate.operator.plan.MembershipView.Member;
import dev.quorate.operator.plan.ProcessView.State;
import dev.quorate.operator.plan.Step.Done;
import dev.quorate.operator.plan.Step.MoveLeader;
import dev.quorate.operator.plan.Step.Promote;
import dev.quorate.operator.plan.Step.Reason;
import dev.quorate.operator.plan.Step.ReleaseVolume;
import dev.quorate.operator.plan.Step.RemoveMembers;
import dev.quorate.operator.plan.Step.SetReplicas;
import dev.quorate.operator.plan.Step.Target;
import dev.quorate.operator.plan.Step.Wait;
import java.util.List;
import java.util.Optional;

/**
 * Keeps a born cluster, whose quorum answers, at what is wanted. First match wins:
 *
 * <ol>
 *   <li>a member that nobody knows: stop
 *   <li>a member beyond the pods: start its pod
 *   <li>pods beyond all members and all wishes: stop them; afterwards mark their volumes
 *   <li>learners that are wanted no more: remove them
 *   <li>enough learners caught up to keep the voters odd: promote them together
 *   <li>a member lost its data: {@link ReplacementPlan}
 *   <li>too many voters, and all that stay are healthy: move the leader, remove the highest pair
 *   <li>a voter is unhealthy: wait, nothing else is changed
 *   <li>a pod runs an old template: restart one follower, the leader last
 *   <li>too few voters: clean claims, start pods, add them as learners, wait until they caught up
 * </ol>
 */
final class LivePlan {
    private LivePlan() {}

    static Step next(ClusterView view) {
        MembershipView membership = view.membership().orElseThrow();
        return unknownMember(membership)
                .or(() -> pods(view, membership))
                .or(() -> release(view, membership))
                .or(() -> unwantedLearners(view, membership))
                .or(() -> promote(view, membership))
                .or(() -> ReplacementPlan.next(view, membership))
                .or(() -> shrink(view, membership))
                .or(() -> heal(view, membership))
                .or(() -> RollPlan.next(view, membership))
                .or(() -> GrowthPlan.next(view, membership))
                .or(() -> leaving(view))
                .orElseGet(Done::new);
    }

    private static Optional<Step> unknownMember(MembershipView membership) {
        return membership.members().stream()
                .filter(member -> member.ordinal() < 0)
                .findFirst()
                .map(member -> new Wait(
                        Reason.UNKNOWN_MEMBER,
                        "member " + Long.toHexString(member.id()) + " at " + member.peerUrl()
                                + " is no pod of this cluster. Remove it: etcdctl member remove "
                                + Long.toHexString(member.id())));
    }

    private static Optional<Step> pods(ClusterView view, MembershipView membership) {
        int replicas = view.set().orElseThrow().replicas();
        int top = membership.top();
        if (replicas < top) {
            return Optional.of(new SetReplicas(replicas, top));
        }
        // One that was down when it was removed does not know, but the members do. A process that was removed can only
        // come back with a new volume, and for that its pod must go first.
        boolean removed = view.slots().tailMap(top).values().stream()
                .anyMatch(slot -> slot.is(State.REMOVED)
                        || (slot.is(State.RUNNING)
                                && membership.at(slot.ordinal()).isEmpty()));
        int joining = 1
                + GrowthPlan.joining(view, membership).stream()
                        .mapToInt(ordinal -> ordinal)
                        .max()
                        .orElse(-1);
        int most = removed ? top : Math.max(top, Math.max(joining, view.wanted().replicas()));
        return replicas > most ? Optional.of(new SetReplicas(replicas, most)) : Optional.empty();
    }

    private static Optional<Step> release(ClusterView view, MembershipView membership) {
        return view.slots().tailMap(view.set().orElseThrow().replicas()).values().stream()
                .filter(slot -> slot.pod().isEmpty())
                .filter(slot ->
                        slot.volume().filter(volume -> !volume.released()).isPresent())
                .filter(slot -> membership.at(slot.ordinal()).isEmpty())
                .findFirst()
                .map(slot -> new ReleaseVolume(
                        slot.ordinal(), slot.volume().orElseThrow().uid()));
    }

    private static Optional<Step> unwantedLearners(ClusterView view, MembershipView membership) {
        List<Integer> joining = GrowthPlan.joining(view, membership);
        List<Target> unwanted = membership.learners().stream()
                .filter(learner -> !joining.contains(learner.ordinal()))
                .map(LivePlan::target)
                .toList();
        return unwanted.isEmpty() ? Optional.empty() : Optional.of(new RemoveMembers(unwanted));
    }

    private static Optional<Step> promote(ClusterView view, MembershipView membership) {
        int voters = membership.voters().size();
        int pair = pair(voters);
        List<Target> ready = membership.learners().stream()
                .filter(view::caughtUp)
                .map(LivePlan::target)
                .toList();
        long healthy = QuorumRule.healthyVoters(view, membership) + ready.size();
        boolean safe = healthy >= QuorumRule.quorum(voters + pair);
        return ready.size() == pair && safe ? Optional.of(new Promote(ready)) : Optional.empty();
    }

    private static Optional<Step> shrink(ClusterView view, MembershipView membership) {
        List<Member> voters = membership.voters();
        if (voters.size() <= view.wanted().replicas() || GrowthPlan.hasGap(view, membership)) {
            return Optional.empty();
        }
        int stay = voters.size() - pair(voters.size());
        List<Member> staying = voters.subList(0, stay);
        List<Member> victims = voters.subList(stay, voters.size());
        if (!staying.stream().allMatch(view::healthy)) {
            return heal(view, membership);
        }
        Optional<Member> leadingVictim = victims.stream()
                .filter(victim -> victim.id() == membership.leader())
                .findFirst();
        if (leadingVictim.isPresent()) {
            return Optional.of(new MoveLeader(target(leadingVictim.get()), target(staying.getFirst())));
        }
        return Optional.of(
                new RemoveMembers(victims.stream().map(LivePlan::target).toList()));
    }

    private static Optional<Step> heal(ClusterView view, MembershipView membership) {
        List<String> ill = membership.voters().stream()
                .filter(voter -> !view.healthy(voter))
                .map(voter -> view.podName(voter.ordinal()) + " "
                        + view.slot(voter.ordinal()).problem())
                .toList();
        return ill.isEmpty()
                ? Optional.empty()
                : Optional.of(new Wait(
                        Reason.MEMBER_UNHEALTHY,
                        String.join("; ", ill) + ". Nothing else is changed before all members are healthy"));
    }

    private static Optional<Step> leaving(ClusterView view) {
        return view.slots().tailMap(view.set().orElseThrow().replicas()).values().stream()
                .filter(slot -> slot.pod().isPresent())
                .findFirst()
                .map(slot -> new Wait(Reason.POD_LEAVING, view.podName(slot.ordinal()) + " is still stopping"));
    }

    /** As many as keep the number of voters odd. */
    static int pair(int voters) {
        return voters % 2 == 1 ? 2 : 1;
    }

    static Target target(Member member) {
        return new Target(member.ordinal(), member.id());
    }
}
