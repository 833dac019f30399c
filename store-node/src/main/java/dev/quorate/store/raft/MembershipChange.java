package dev.quorate.store.raft;

import java.util.List;

/**
 * A change of the membership as one log entry carries it: one single change is applied at once, several go through a
 * joint configuration that the leader leaves by itself.
 */
public record MembershipChange(List<Single> changes, boolean leaveJoint) {
    /** Leaves the joint configuration: the decoded form of an empty CHANGE_V2 entry. */
    public static final MembershipChange LEAVE_JOINT = new MembershipChange(List.of(), true);

    /** Changes nothing: what to apply for a change entry that turned out to be void. */
    public static final MembershipChange NONE = new MembershipChange(List.of(), false);

    public MembershipChange {
        changes = List.copyOf(changes);
    }

    public static MembershipChange of(Single... changes) {
        return new MembershipChange(List.of(changes), false);
    }

    public static Single addVoter(long id) {
        return new Single(ChangeKind.ADD_VOTER, id);
    }

    public static Single addLearner(long id) {
        return new Single(ChangeKind.ADD_LEARNER, id);
    }

    public static Single remove(long id) {
        return new Single(ChangeKind.REMOVE, id);
    }

    /** What happens to one member; UPDATE (new addresses) does not concern consensus. */
    public record Single(ChangeKind kind, long id) {}

    public enum ChangeKind {
        ADD_VOTER,
        ADD_LEARNER,
        REMOVE,
        UPDATE
    }
}
