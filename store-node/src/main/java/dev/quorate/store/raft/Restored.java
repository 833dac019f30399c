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

    /**
     * The birth of a cluster: the membership is the state of index 1, which is no longer in the log. So whoever joins
     * with an empty log gets the membership with a snapshot, and never computes another one from changes alone.
     */
    public static Restored born(Membership membership) {
        EntryId first = new EntryId(1, 1);
        return new Restored(new HardState(1, 0, 1), membership, first, List.of(), 1);
    }

    /** The first start of a member that joins a cluster: it knows nothing and waits for a leader. */
    public static Restored joining() {
        return new Restored(HardState.NONE, Membership.EMPTY, EntryId.NONE, List.of(), 0);
    }
}
