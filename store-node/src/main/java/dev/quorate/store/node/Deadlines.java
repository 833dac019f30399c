package dev.quorate.store.node;

import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.function.LongConsumer;

/**
 * When which request has waited long enough, in buckets of a quarter of a second.
 *
 * <p>All requests wait equally long, so a queue of buckets is a sorted order, and a request that was answered costs
 * eight bytes until its bucket is due instead of a timer.
 */
final class Deadlines {
    private static final long BUCKET_MILLIS = 250;

    private final Deque<Bucket> buckets = new ArrayDeque<>();

    private static final class Bucket {
        final long due;
        long[] ids = new long[16];
        int size;

        Bucket(long due) {
            this.due = due;
        }
    }

    void add(long id, long dueMillis) {
        Bucket last = buckets.peekLast();
        if (last == null || last.due < dueMillis) {
            last = new Bucket(dueMillis + BUCKET_MILLIS);
            buckets.addLast(last);
        }
        if (last.size == last.ids.length) last.ids = Arrays.copyOf(last.ids, last.size * 2);
        last.ids[last.size++] = id;
    }

    void expire(long nowMillis, LongConsumer expired) {
        for (Bucket first = buckets.peekFirst(); first != null && first.due <= nowMillis; first = buckets.peekFirst()) {
            buckets.removeFirst();
            for (int i = 0; i < first.size; i++) expired.accept(first.ids[i]);
        }
    }
}
