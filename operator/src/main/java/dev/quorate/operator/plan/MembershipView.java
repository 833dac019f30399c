package dev.quorate.operator.plan;

import java.util.List;
import java.util.Optional;

/** The members as a quorum sees them, in order of their ordinals; the leader is 0 if there is none. */
public record MembershipView(List<Member> members, long leader) {

    /** One member. The ordinal is -1 if its peer address belongs to no pod of the cluster. */
    public record Member(long id, int ordinal, boolean learner, String peerUrl) {}

    public List<Member> voters() {
        return members.stream().filter(member -> !member.learner()).toList();
    }

    public List<Member> learners() {
        return members.stream().filter(Member::learner).toList();
    }

    Optional<Member> at(int ordinal) {
        return members.stream().filter(member -> member.ordinal() == ordinal).findFirst();
    }

    /** One more than the highest ordinal of a member. */
    int top() {
        return 1 + members.stream().mapToInt(Member::ordinal).max().orElse(-1);
    }
}
