package dev.quorate.store.raft;

import java.util.List;

/**
 * A picture of the core for metrics, status calls and checks before a promotion.
 *
 * @param leader 0 if unknown
 * @param persisted the last entry that is durable here
 * @param transferTarget 0 if leadership is not being handed over
 * @param followers on a leader: everybody else, sorted by id
 */
public record RaftStatus(
        long self,
        RoleName role,
        long term,
        long vote,
        long leader,
        long commit,
        long persisted,
        long applied,
        EntryId base,
        EntryId last,
        Membership membership,
        long transferTarget,
        List<FollowerView> followers) {

    public enum RoleName {
        FOLLOWER,
        PRE_CANDIDATE,
        CANDIDATE,
        LEADER
    }

    public enum ProgressName {
        PROBING,
        REPLICATING,
        SNAPSHOTTING
    }

    /**
     * How far a follower is.
     *
     * @param active heard of since the last quorum check
     * @param silentTicks since it was last heard of, or since this leader began
     */
    public record FollowerView(
            long id,
            long match,
            long next,
            ProgressName progress,
            boolean learner,
            boolean active,
            int silentTicks,
            int inflight) {}
}
