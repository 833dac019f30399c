package dev.quorate.store.mvcc;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Which keys came to life and which died, newest last, for the recent past: what turns the number of keys that live
 * now into the number that lived a moment ago, without walking the range.
 */
final class LivenessLog {
    private static final int CHUNK = 1024;
    private static final int MAX_CHUNKS = 64;

    /** A piece of the log; slots once filled never change, and {@code older} is cut off when the log gets long. */
    private static final class Chunk {
        final long[] mains = new long[CHUNK];
        final byte[][] keys = new byte[CHUNK][];
        final boolean[] born = new boolean[CHUNK];
        final boolean first;
        volatile @Nullable Chunk older;

        Chunk(@Nullable Chunk older) {
            this.first = older == null;
            this.older = older;
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
