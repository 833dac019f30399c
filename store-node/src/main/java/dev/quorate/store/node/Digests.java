package dev.quorate.store.node;

import java.util.OptionalLong;
import java.util.concurrent.atomic.AtomicLongArray;

/**
 * The state's digest after each of the last entries that were applied, so that two members can compare themselves at the
 * same index although they never are at the same one. The apply thread writes; any thread reads.
 */
final class Digests {
    private static final int REMEMBERED = 1 << 14;

    private final AtomicLongArray ring = new AtomicLongArray(REMEMBERED);
    private volatile long first;
    private volatile long last;

    /** The state is a whole one as of this index; nothing is known of what was before. */
    void restart(long index, long digest) {
        last = 0;
        first = index;
        add(index, digest);
    }

    void add(long index, long digest) {
        ring.set(slot(index), digest);
        last = index;
    }

    /** The newest entry whose digest is known; 0 = none. */
    long last() {
        return last;
    }

    /** Empty when the entry is not applied yet, or was too long ago. */
    OptionalLong at(long index) {
        if (!isRemembered(index)) return OptionalLong.empty();
        long digest = ring.get(slot(index));
        // The writer may have come round while we looked, but it writes one slot ahead of what it has announced.
        return isRemembered(index) ? OptionalLong.of(digest) : OptionalLong.empty();
    }

    private boolean isRemembered(long index) {
        long newest = last;
        return index > 0 && index >= first && index <= newest && index > newest - REMEMBERED + 1;
    }

    private static int slot(long index) {
        return (int) (index & (REMEMBERED - 1));
    }
}
