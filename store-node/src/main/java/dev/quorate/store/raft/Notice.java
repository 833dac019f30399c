package dev.quorate.store.raft;

/** Something worth a log line or a counter that happened inside the core. Nothing depends on it. */
public sealed interface Notice {
    record BecameFollower(long term, long leader) implements Notice {}

    /** A member that starts does not wait for a leader as long as one that has lost its own. */
    record TicksSkipped(int elapsed, int timeout) implements Notice {}

    record BecamePreCandidate(long term) implements Notice {}

    record BecameCandidate(long term, boolean transfer) implements Notice {}

    record BecameLeader(long term) implements Notice {}

    record LeaderKnown(long term, long leader) implements Notice {}

    /** A leader gave up. */
    record SteppedDown(long term, Why why) implements Notice {
        public enum Why {
            HIGHER_TERM,
            QUORUM_LOST,
            REMOVED
        }
    }

    record PreVoteAnswered(long to, long term, boolean granted) implements Notice {}

    record VoteAnswered(long to, long term, boolean granted) implements Notice {}

    /** An election was ignored because the present leader was heard within the election timeout. */
    record LeaseProtected(long from, long term) implements Notice {}

    /** It was time for an election, but this member would count the wrong votes, or could not keep its own. */
    record CampaignHeldBack(long term, Reason why) implements Notice {
        public enum Reason {
            UNAPPLIED_CHANGE,
            STALLED_DISK
        }
    }

    /** Entries from here on were replaced by the leader's. */
    record LogTruncated(long fromIndex) implements Notice {}

    record AppendRefused(long prevIndex, EntryId hint) implements Notice {}

    record FollowerProbed(long id, long next) implements Notice {}

    record FollowerReplicating(long id, long match) implements Notice {}

    record FollowerNeedsSnapshot(long id) implements Notice {}

    record ForwardRefused(long from, Proposed why) implements Notice {}

    record ReadsWaitForCommitInTerm(long term) implements Notice {}

    record TransferStarted(long to) implements Notice {}

    record TransferRefused(long to) implements Notice {}

    record TransferTimedOut(long to) implements Notice {}

    record MembershipChanged(Membership membership) implements Notice {}

    record ChangeIgnored(MembershipChange change) implements Notice {}

    record LeavingJoint() implements Notice {}

    record SnapshotInstalled(EntryId base) implements Notice {}

    record SnapshotNotNeeded(EntryId base) implements Notice {}
}
