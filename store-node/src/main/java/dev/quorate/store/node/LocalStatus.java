package dev.quorate.store.node;

import dev.quorate.store.node.NodeStatus.NodeIdentity;
import java.util.Optional;

/**
 * What this one process can say of itself in any state, also without data, quorum or a cluster.
 *
 * @param ownership whose data is on the disk
 * @param node of a running member now, of a stopped one when it stopped
 */
public record LocalStatus(
        State state, String name, String message, boolean ready, Ownership ownership, Optional<NodeStatus> node) {

    /** The states of a process; all but STARTING and RUNNING stay until something from outside changes them. */
    public enum State {
        STARTING,
        UNINITIALISED,
        RUNNING,
        DATA_LOST,
        WRONG_VOLUME,
        REMOVED,
        FENCED
    }

    /**
     * Whose the disk is, and what it was told.
     *
     * @param bootstrapToken of the call that gave birth to the cluster here; empty elsewhere
     * @param fencedBy the newest epoch of which this process is no part; 0: none
     */
    public record Ownership(Optional<NodeIdentity> identity, String bootstrapToken, long fencedBy) {
        public static final Ownership NOBODY = new Ownership(Optional.empty(), "", 0);
    }
}
