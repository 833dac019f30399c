package dev.quorate.store.watch;

import dev.quorate.store.mvcc.KeyEvent;
import java.util.List;

/** What a watch has for its client at this moment. */
public sealed interface Polled {
    /**
     * Whole revisions, oldest first; everything up to {@code headerRevision} that the watch wants has been delivered.
     *
     * @param more there may be more now; else the listener will be called once when there is something
     */
    record Events(List<KeyEvent> events, long headerRevision, boolean more) implements Polled {}

    /** Nothing now; the listener will be called once when there is something. */
    record Nothing() implements Polled {}

    /** The history the watch would need is gone; the watch is over. */
    record Compacted(long compactRevision) implements Polled {}
}
