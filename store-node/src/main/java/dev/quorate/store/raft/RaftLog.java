package dev.quorate.store.raft;

import dev.quorate.store.Invariant;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The entries after a base, in memory.
 *
 * <p>A ring: entry i lies in slot i modulo the capacity, so that appending, cutting either end and reading a range
 * cost what they touch. The last range read is kept, because a leader sends the same one to every follower.
 */
final class RaftLog {
    /*
     * 1. Indexes run without a gap from base.index + 1 to lastIndex.
     * 2. Terms never decrease from base to last.
     * 3. Slots outside of that range are null.
     */
    private static final int FIRST_CAPACITY = 64;

    private @Nullable Entry[] ring = new @Nullable Entry[FIRST_CAPACITY];
    private EntryId base;
    private long lastIndex;
    private Slice lastSlice = Slice.NOTHING;

    private record Slice(long from, long maxBytes, long lastIndex, List<Entry> entries) {
        static final Slice NOTHING = new Slice(0, 0, 0, List.of());
    }

    RaftLog(EntryId base) {
        this.base = base;
        this.lastIndex = base.index();
    }

    EntryId base() {
        return base;
    }

    long lastIndex() {
        return lastIndex;
    }

    EntryId last() {
        return new EntryId(term(lastIndex), lastIndex);
    }

    Entry entry(long index) {
        Invariant.check(index > base.index() && index <= lastIndex, "no such entry", base.index(), index, lastIndex);
        Entry entry = ring[slot(index)];
        if (entry == null || entry.index() != index) throw new Invariant.Broken("the log has a hole at " + index);
        return entry;
    }

    /** Of an entry in the log, or of the base. */
    long term(long index) {
        return index == base.index() ? base.term() : entry(index).term();
    }

    boolean contains(EntryId id) {
        return id.index() >= base.index() && id.index() <= lastIndex && term(id.index()) == id.term();
    }

    void append(Entry entry) {
        Invariant.check(entry.index() == lastIndex + 1, "an entry leaves a gap", lastIndex, entry.index());
        Invariant.check(entry.term() >= term(lastIndex), "terms go back", term(lastIndex), entry.term());
        if (lastIndex - base.index() == ring.length) grow();
        ring[slot(entry.index())] = entry;
        lastIndex = entry.index();
    }

    void truncateFrom(long index) {
        Invariant.check(index > base.index(), "cannot truncate below the base", base.index(), index);
        for (long i = index; i <= lastIndex; i++) ring[slot(i)] = null;
        lastIndex = Math.min(lastIndex, index - 1);
        lastSlice = Slice.NOTHING;
    }

    /** Entries up to this index are no longer needed. */
    void compact(long index) {
        if (index <= base.index()) return;
        EntryId newBase = new EntryId(term(index), index);
        for (long i = base.index() + 1; i <= index; i++) ring[slot(i)] = null;
        base = newBase;
        lastSlice = Slice.NOTHING;
    }

    /** The log continues after a snapshot. */
    void reset(EntryId newBase) {
        ring = new @Nullable Entry[FIRST_CAPACITY];
        base = newBase;
        lastIndex = newBase.index();
        lastSlice = Slice.NOTHING;
    }

    /** From this index on as many as fit, but at least one if there is one. */
    List<Entry> from(long index, long maxBytes) {
        if (index > lastIndex) return List.of();
        if (lastSlice.from == index && lastSlice.maxBytes == maxBytes && lastSlice.lastIndex == lastIndex) {
            return lastSlice.entries;
        }
        long end = index;
        for (long bytes = entry(end).sizeBytes(); end < lastIndex; end++) {
            bytes += entry(end + 1).sizeBytes();
            if (bytes > maxBytes) break;
        }
        lastSlice = new Slice(index, maxBytes, lastIndex, range(index, end));
        return lastSlice.entries;
    }

    /** Both ends included. */
    List<Entry> range(long from, long to) {
        if (from > to) return List.of();
        Entry[] copy = new Entry[Math.toIntExact(to - from + 1)];
        for (int i = 0; i < copy.length; i++) copy[i] = entry(from + i);
        return Collections.unmodifiableList(Arrays.asList(copy));
    }

    /**
     * The highest index up to {@code index} whose term is at most {@code term}; base.index - 1 if not even the base is.
     * Entries in between cannot be equal to those of a log that has {@code term} at {@code index}.
     */
    long lastWithTermAtMost(long index, long term) {
        long low = base.index() - 1;
        long high = Math.min(index, lastIndex);
        while (low < high) {
            long middle = high - (high - low) / 2;
            if (term(middle) <= term) {
                low = middle;
            } else {
                high = middle - 1;
            }
        }
        return low;
    }

    /** The last membership change in (after, to], or 0. */
    long lastChange(long after, long to) {
        for (long i = to; i > Math.max(after, base.index()); i--) {
            if (entry(i).kind().isChange()) return i;
        }
        return 0;
    }

    /** The first membership change in (after, to], or 0. */
    long firstChange(long after, long to) {
        for (long i = Math.max(after, base.index()) + 1; i <= to; i++) {
            if (entry(i).kind().isChange()) return i;
        }
        return 0;
    }

    private int slot(long index) {
        return (int) (index & (ring.length - 1));
    }

    private void grow() {
        @Nullable Entry[] old = ring;
        ring = new @Nullable Entry[old.length * 2];
        for (Entry entry : old) {
            if (entry != null) ring[slot(entry.index())] = entry;
        }
    }
}
