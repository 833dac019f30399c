package dev.quorate.store.node;

import dev.quorate.store.raft.Entry;
import dev.quorate.store.raft.Membership;
import java.util.List;

/** What the loop hands to the apply thread, in order. */
sealed interface ApplyWork {
    /** Entries in the order of the log, and for every change among them what raft made of it. */
    record Committed(List<Entry> entries, List<Membership> memberships) implements ApplyWork {}

    /** The state is replaced by one that came from the leader. */
    record Install(StagedState staged) implements ApplyWork {}

    /** This member leads in this term and has applied an entry of it. */
    record Lead(long term) implements ApplyWork {}
}
