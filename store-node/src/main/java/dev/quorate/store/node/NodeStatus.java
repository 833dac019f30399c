package dev.quorate.store.node;

import java.util.SortedMap;
import java.util.SortedSet;

/** What a running member knows of itself at this moment. Needs no quorum and never waits. */
public record NodeStatus(
        NodeIdentity identity, RaftView raft, Progress progress, long revision, Sizes sizes, Counters counters) {

    /** Who this is. */
    public record NodeIdentity(long clusterId, long memberId, String name, long epoch) {}

    /**
     * Raft as of the last tick; leader and term as of the last turn.
     *
     * @param leader 0: none known
     * @param outgoing voters of the half that a joint change ends
     * @param match what each member is known to have, on the leader only
     * @param leaderContactMillis milliseconds since a leader was last heard of; 0 on the leader
     */
    public record RaftView(
            String role,
            long term,
            long leader,
            long last,
            long lastTerm,
            SortedSet<Long> voters,
            SortedSet<Long> outgoing,
            SortedSet<Long> learners,
            SortedMap<Long, Long> match,
            long leaderContactMillis) {
        public boolean takesPart(long id) {
            return voters.contains(id) || outgoing.contains(id) || learners.contains(id);
        }
    }

    /** How far the log is committed, and how far the state has come; the digest of the state after some late entry. */
    public record Progress(long commit, long applied, long appliedTerm, long digestIndex, long digest) {}

    /** What has happened since the start, and proposals that wait now. */
    public record Counters(long leaderChanges, long proposalsPending, long proposalsFailed) {}

    /** Bytes on disk, and how many of them are still needed. */
    public record Sizes(long dbBytes, long dbInUseBytes, long quotaBytes) {}

    public boolean leads() {
        return raft.leader() == identity.memberId();
    }

    public boolean learner() {
        return raft.learners().contains(identity.memberId());
    }
}
