package dev.quorate.store.cli;

import dev.quorate.store.node.port.DurableLog;
import dev.quorate.store.raft.Entry;
import dev.quorate.store.raft.EntryId;
import dev.quorate.store.raft.HardState;
import dev.quorate.store.raft.Membership;
import dev.quorate.store.wal.Wal;
import java.io.IOException;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** The real log without its thread; remembers what this member was given, so that it can be compared with others. */
final class SimLog implements DurableLog {
    private final Wal wal;
    private final SortedMap<Long, Entry> given = new TreeMap<>();

    SimLog(Wal wal) {
        this.wal = wal;
        wal.recovered().entries().forEach(entry -> given.put(entry.index(), entry));
    }

    /** What waits is written now; false if nothing did. */
    boolean write(Listener listener) throws IOException {
        return wal.step(listener);
    }

    @Nullable
    Entry at(long index) {
        return given.get(index);
    }

    @Override
    public void append(long batch, @Nullable HardState hardState, List<Entry> entries, boolean mustSync) {
        entries.forEach(entry -> given.put(entry.index(), entry));
        wal.append(batch, hardState, entries, mustSync);
    }

    @Override
    public void mark(EntryId applied, Membership membership) {
        wal.mark(applied, membership);
    }

    @Override
    public void release(long upToIndex) {
        wal.release(upToIndex);
    }

    @Override
    public void install(long batch, @Nullable HardState hardState, EntryId base, Membership membership) {
        wal.install(batch, hardState, base, membership);
    }
}
