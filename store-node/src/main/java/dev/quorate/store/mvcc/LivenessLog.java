package dev.quorate.store.mvcc;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Which keys came to life and which died, newest last, for the recent past: what turns the number of keys that live
 * now into the number that lived a moment ago, without walking the range.
 *
 * <p>A piece of the log that lies as a whole after the asked revision is not walked either: whoever needs it first sorts
 * it by key, and then two searches tell what the range gained in it.
 */
final class LivenessLog {
    private static final int CHUNK = 1024;
    private static final int MAX_CHUNKS = 512;
    /** Work that a search in a sorted piece costs, in changes that are looked at. */
    private static final int SEARCH_COST = 32;

    /** A piece of the log; slots once filled never change, and {@code older} is cut off when the log gets long. */
    private static final class Chunk {
        final long[] mains = new long[CHUNK];
        final byte[][] keys = new byte[CHUNK][];
        final boolean[] born = new boolean[CHUNK];
        final boolean first;
        volatile @Nullable Chunk older;
        /** Made by the first reader that needs it; two may do the same work once. Only for a full chunk. */
        private volatile @Nullable ByKey byKey;

        ByKey byKey() {
            ByKey known = byKey;
            if (known == null) {
                known = new ByKey(this);
                byKey = known;
            }
            return known;
        }

        Chunk(@Nullable Chunk older) {
            this.first = older == null;
            this.older = older;
        }
    }

    /** The changes of a full chunk by key; {@code gains[i]} is what the first i of them add to the number of living keys. */
    private static final class ByKey {
        private final byte[][] keys = new byte[CHUNK][];
        private final int[] gains = new int[CHUNK + 1];

        ByKey(Chunk chunk) {
            Integer[] order = new Integer[CHUNK];
            Arrays.setAll(order, i -> i);
            Arrays.sort(order, (a, b) -> Arrays.compareUnsigned(chunk.keys[a], chunk.keys[b]));
            for (int i = 0; i < CHUNK; i++) {
                keys[i] = chunk.keys[order[i]];
                gains[i + 1] = gains[i] + (chunk.born[order[i]] ? 1 : -1);
            }
        }

        int gain(byte[] from, byte @Nullable [] to) {
            return (to == null ? gains[CHUNK] : gains[below(to)]) - gains[below(from)];
        }

        /** How many changes have a smaller key. */
        private int below(byte[] key) {
            int low = 0;
            int high = CHUNK;
            while (low < high) {
                int middle = (low + high) >>> 1;
                if (Arrays.compareUnsigned(keys[middle], key) < 0) low = middle + 1;
                else high = middle;
            }
            return low;
        }
    }

    /** The log as it was at one moment; complete for changes after {@code completeFrom}, as far as chunks are there. */
    record Mark(Chunk newest, int size, long completeFrom) {}

    /** Answer of {@link #correction} when the log does not reach back far enough. */
    static final long UNKNOWN = Long.MIN_VALUE;

    private final long completeFrom;
    private Chunk newest = new Chunk(null);
    private int size;
    private int chunks = 1;

    LivenessLog(long completeFrom) {
        this.completeFrom = completeFrom;
    }

    Mark mark() {
        return new Mark(newest, size, completeFrom);
    }

    void add(long main, byte[] key, boolean born) {
        if (size == CHUNK) {
            newest = new Chunk(newest);
            size = 0;
            chunks++;
            if (chunks > MAX_CHUNKS) forgetOldest();
        }
        newest.mains[size] = main;
        newest.keys[size] = key;
        newest.born[size] = born;
        size++;
    }

    private void forgetOldest() {
        Chunk chunk = newest;
        for (int i = 1; i < MAX_CHUNKS / 2 && chunk.older != null; i++) chunk = chunk.older;
        chunk.older = null;
        chunks = MAX_CHUNKS / 2;
    }

    /**
     * What must be added to the number of keys living at the mark to get the number that lived at {@code revision}; gives up after looking at {@code budget} changes.
     */
    static long correction(Mark mark, long revision, KeyRange range, long budget) {
        if (revision < mark.completeFrom) return UNKNOWN;
        byte[] from = range.from().shared();
        byte[] to = range.isUnbounded() ? null : KeyCursor.upperBound(range);
        long sum = 0;
        long left = budget;
        Chunk chunk = mark.newest;
        int end = mark.size;
        while (true) {
            Chunk older = chunk.older;
            boolean whole = end == CHUNK && chunk.mains[0] > revision;
            if (whole) {
                if ((left -= SEARCH_COST) < 0) return UNKNOWN;
                sum -= chunk.byKey().gain(from, to);
                end = 0;
            }
            for (int i = end - 1; i >= 0; i--) {
                if (chunk.mains[i] <= revision) return sum;
                if (--left < 0) return UNKNOWN;
                if (isIn(chunk.keys[i], from, to)) sum += chunk.born[i] ? -1 : 1;
            }
            if (older == null) return chunk.first ? sum : UNKNOWN;
            chunk = older;
            end = CHUNK;
        }
    }

    private static boolean isIn(byte[] key, byte[] from, byte @Nullable [] to) {
        return Arrays.compareUnsigned(key, from) >= 0 && (to == null || Arrays.compareUnsigned(key, to) < 0);
    }
}
