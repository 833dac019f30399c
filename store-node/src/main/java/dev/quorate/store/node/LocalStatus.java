package dev.quorate.store.node;

import java.util.Optional;

/** What this one process can say of itself in any state, also without data, quorum or a cluster. */
public record LocalStatus(
        State state, String name, String message, String bootstrapToken, boolean ready, Optional<NodeStatus> node) {

    /** The states of a process; all but RUNNING stay until something from outside changes them. */
    public enum State {
        UNINITIALISED,
        RUNNING,
        DATA_LOST,
        WRONG_VOLUME,
        REMOVED,
        FENCED
    }
}
