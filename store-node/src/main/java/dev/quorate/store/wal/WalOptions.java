package dev.quorate.store.wal;

import java.util.function.LongConsumer;

/**
 * How a log is written.
 *
 * @param segmentBytes size of a preallocated segment; an entry that is larger makes its segment larger
 * @param fsync false only where losing data is accepted
 * @param syncNanos hears how long every sync took; called on the log's thread
 */
public record WalOptions(long segmentBytes, boolean fsync, LongConsumer syncNanos) {
    public static final WalOptions DEFAULT = new WalOptions(64L << 20, true, nanos -> {});
}
