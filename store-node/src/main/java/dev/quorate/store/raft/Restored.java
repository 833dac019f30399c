package dev.quorate.store.raft;

import java.util.List;

/**
 * What a member knows when it starts: hard state and log from the disk, membership as of the applied index.
 *
 * @param base the last entry that is no longer in the log (0/0 for a log that starts at index 1)
 * @param entries all entries after base
 * @param applied the index up to which the state machine has come; entries after it are handed out again
 */
public record Restored(HardState hardState, Membership membership, EntryId base, List<Entry> entries, long applied) {
    public Restored {
        entries = List.copyOf(entries);
    }

    /** A first start with this membership: an empty log. */
    public static Restored fresh(Membership membership) {
        return new Restored(HardState.NONE, membership, EntryId.NONE, List.of(), 0);
    }
}
