package dev.quorate.store.wal;

import dev.quorate.store.raft.Entry;
import dev.quorate.store.raft.EntryId;
import dev.quorate.store.raft.HardState;
import java.util.List;

/**
 * What a log held when it was opened.
 *
 * @param mark the newest one that is committed; the state on disk must have come at least as far
 * @param base the entry before the first of {@code entries}, not later than the mark
 * @param entries everything after base, without gaps
 */
public record Recovered(WalMetadata metadata, HardState hardState, Mark mark, EntryId base, List<Entry> entries) {
    public Recovered {
        entries = List.copyOf(entries);
    }
}
