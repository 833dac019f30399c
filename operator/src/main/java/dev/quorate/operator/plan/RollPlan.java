package dev.quorate.operator.plan;

import dev.quorate.operator.plan.MembershipView.Member;
import dev.quorate.operator.plan.Step.MoveLeader;
import dev.quorate.operator.plan.Step.RestartPod;
import java.util.List;
import java.util.Optional;

/** Brings pods to the newest template, one at a time while all voters are healthy: followers first, the leader last. */
final class RollPlan {
    private static final String WHY = "its template is outdated";

    private RollPlan() {}

    static Optional<Step> next(ClusterView view, MembershipView membership) {
        // Growing comes to its end first: a restart in the middle of it would only cost a voter for longer.
        if (!membership.learners().isEmpty() || growing(view, membership) || replacing(membership)) {
            return Optional.empty();
        }
        List<Member> outdated = membership.voters().stream()
                .filter(voter -> view.outdated(view.slot(voter.ordinal())))
                .toList();
        if (outdated.isEmpty()) {
            return Optional.empty();
        }
        return outdated.reversed().stream()
                .filter(voter -> voter.id() != membership.leader())
                .findFirst()
                .map(follower -> restart(view, follower))
                .or(() -> Optional.of(leader(view, membership, outdated.getFirst())));
    }

    private static boolean growing(ClusterView view, MembershipView membership) {
        return membership.voters().size() == 1 && view.wanted().replicas() > 1;
    }

    /** One of a pair is missing: the next one to go might take the quorum along. */
    private static boolean replacing(MembershipView membership) {
        return membership.voters().size() % 2 == 0;
    }

    private static Step leader(ClusterView view, MembershipView membership, Member leader) {
        return membership.voters().stream()
                .filter(voter -> voter.id() != leader.id())
                .findFirst()
                .<Step>map(heir -> new MoveLeader(LivePlan.target(leader), LivePlan.target(heir)))
                .orElseGet(() -> restart(view, leader));
    }

    private static Step restart(ClusterView view, Member voter) {
        String uid = view.slot(voter.ordinal()).pod().orElseThrow().uid();
        return new RestartPod(voter.ordinal(), uid, WHY);
    }
}
