package dev.quorate.store.node.port;

import dev.quorate.store.mvcc.ValueLog;
import dev.quorate.store.raft.Membership;
import dev.quorate.store.state.StoreState;

/** A whole state that was received from the leader and loaded, but does not count yet. */
public interface StagedState {
    StatePosition position();

    Membership membership();

    /** Makes it the state on disk in one step; the one before is gone. Apply thread. */
    Active activate();

    void discard();

    /** The state and the log that its later versions are appended to. */
    record Active(StoreState state, ValueLog log, Membership membership, StatePosition position) {}
}
