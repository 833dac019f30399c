package dev.quorate.store.cli;

import dev.quorate.store.datadir.Identity;
import dev.quorate.store.node.LocalStatus.State;
import dev.quorate.store.node.NodeStatus;
import java.util.Optional;

/**
 * Whether a process may be fenced, or made the only voter of its cluster, in what it is now.
 *
 * @param ready a linearizable read succeeded a moment ago: there is a quorum
 * @param status of a running member now, of a stopped one when it stopped
 */
record Recovery(
        State state,
        String message,
        Optional<Identity> identity,
        long fencedBy,
        boolean ready,
        Optional<NodeStatus> status) {

    static String fenced(long epoch) {
        return "fenced: epoch " + epoch + " of the cluster began without this member; it stays down until it is removed"
                + " and added again with an empty directory";
    }

    private long ownEpoch() {
        return identity.map(Identity::epoch).orElse(0L);
    }

    Optional<String> refusesFence(long epoch) {
        if (state == State.STARTING) return Optional.of("this process still " + message);
        if (epoch > ownEpoch()) return Optional.empty();
        return Optional.of("epoch " + epoch + " is not above this member's own, " + ownEpoch());
    }

    /** The same recovery has been done before. */
    boolean isDone(long clusterId, long epoch) {
        return state == State.RUNNING
                && identity.isPresent()
                && identity.get().clusterId() == clusterId
                && epoch != 0
                && identity.get().era().recovered() == epoch;
    }

    /** Not above the epoch that fenced it either: that one may live elsewhere. */
    Optional<String> refuses(long clusterId, long epoch) {
        if (state != State.RUNNING && state != State.FENCED) return Optional.of(message);
        if (identity.isEmpty() || identity.get().clusterId() != clusterId)
            return Optional.of("the data here is of cluster "
                    + hex(identity.map(Identity::clusterId).orElse(0L)) + ", not of " + hex(clusterId));
        if (epoch <= ownEpoch())
            return Optional.of("epoch " + epoch + " is not above this member's own, " + ownEpoch());
        if (epoch <= fencedBy)
            return Optional.of("epoch " + epoch + " is not above the one that fenced this member, " + fencedBy);
        if (status.isPresent() && status.get().learner())
            return Optional.of("this member is a learner: it may lack what the cluster has decided; recover a voter");
        boolean others = status.map(node -> node.raft().voters().size() > 1).orElse(false);
        if (state == State.RUNNING && ready && others)
            return Optional.of("the cluster has a quorum: there is nothing to recover");
        return Optional.empty();
    }

    private static String hex(long id) {
        return Long.toUnsignedString(id, 16);
    }
}
