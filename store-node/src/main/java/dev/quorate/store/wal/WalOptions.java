package dev.quorate.store.wal;

import java.util.concurrent.Executor;
import java.util.function.LongConsumer;

/**
 * How a log is written.
 *
 * @param segmentBytes size of a preallocated segment; an entry that is larger makes its segment larger
 * @param fsync false only where losing data is accepted
 * @param syncNanos hears how long every sync took; called on the log's thread
 * @param supply prepares the next segment beside the log's thread; the simulation has it done at once
 */
public record WalOptions(long segmentBytes, boolean fsync, LongConsumer syncNanos, Executor supply) {
    public static final WalOptions DEFAULT = new WalOptions(64L << 20, true, nanos -> {});

    public WalOptions(long segmentBytes, boolean fsync, LongConsumer syncNanos) {
        this(
                segmentBytes,
                fsync,
                syncNanos,
                task -> Thread.ofPlatform().name("wal-supply").daemon().start(task));
    }
}
