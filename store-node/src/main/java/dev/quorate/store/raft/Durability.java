package dev.quorate.store.raft;

import dev.quorate.store.Invariant;
import java.util.ArrayDeque;
import java.util.Deque;
import org.jspecify.annotations.Nullable;

/**
 * Knows what is on its way to the disk and what has arrived.
 *
 * <p>Batches complete in order. When entries are replaced while their write is under way, the batches that hold the old
 * ones no longer vouch for these positions, not even if a later batch brings the same entries back: between the two
 * the disk holds others.
 */
final class Durability {
    private static final class Batch {
        final long number;
        final @Nullable HardState hardState;
        long upTo;

        Batch(long number, @Nullable HardState hardState, long upTo) {
            this.number = number;
            this.hardState = hardState;
            this.upTo = upTo;
        }
    }

    private final Deque<Batch> underWay = new ArrayDeque<>();
    private HardState written;
    private HardState durable;
    private long writtenIndex;
    private long durableIndex;
    private long lastBatch;

    Durability(HardState hardState, long lastIndex) {
        this.written = hardState;
        this.durable = hardState;
        this.writtenIndex = lastIndex;
        this.durableIndex = lastIndex;
    }

    /** The last entry that is on the disk as it is in the log. */
    long durableIndex() {
        return durableIndex;
    }

    HardState durable() {
        return durable;
    }

    /** Given to the disk, not necessarily durable. */
    long writtenIndex() {
        return writtenIndex;
    }

    HardState written() {
        return written;
    }

    boolean isIdle() {
        return underWay.isEmpty();
    }

    boolean isDurable(long batch) {
        return underWay.isEmpty() || underWay.getFirst().number > batch;
    }

    /** The log was cut here: nothing from here on counts as written. */
    void truncatedFrom(long index) {
        writtenIndex = Math.min(writtenIndex, index - 1);
        durableIndex = Math.min(durableIndex, index - 1);
        for (Batch batch : underWay) batch.upTo = Math.min(batch.upTo, index - 1);
    }

    /** The log starts anew after this index; the next batch makes that durable. */
    void restartAt(long baseIndex) {
        writtenIndex = baseIndex;
    }

    long begin(@Nullable HardState hardState, long lastIndex) {
        if (hardState != null) written = hardState;
        writtenIndex = lastIndex;
        underWay.addLast(new Batch(++lastBatch, hardState, lastIndex));
        return lastBatch;
    }

    void completed(long number) {
        Invariant.check(number <= lastBatch, "a batch is durable that was never written", number, lastBatch);
        while (!isDurable(number)) {
            Batch batch = underWay.removeFirst();
            if (batch.hardState != null) durable = batch.hardState;
            durableIndex = Math.max(durableIndex, batch.upTo);
        }
    }
}
