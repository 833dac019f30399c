package dev.quorate.store.watch;

import dev.quorate.store.mvcc.KeyEvent;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Events of one publication that wait together in the queues of some watches; their bytes count once, until the last of
 * these has let them go.
 */
final class Queued {
    private final List<KeyEvent> events;
    private final long sizeBytes;
    private final AtomicLong retainedBytes;
    private final AtomicInteger holders = new AtomicInteger(1);

    /** Whoever makes it is the first holder, so that it is not given up while it is still being handed round. */
    Queued(List<KeyEvent> events, AtomicLong retainedBytes) {
        this.events = events;
        long bytes = 0;
        for (KeyEvent event : events) bytes += event.sizeBytes();
        this.sizeBytes = bytes;
        this.retainedBytes = retainedBytes;
        retainedBytes.addAndGet(bytes);
    }

    /** Some of them. */
    Queued of(List<KeyEvent> some) {
        return new Queued(some, retainedBytes);
    }

    /** Oldest first, at least one. */
    List<KeyEvent> events() {
        return events;
    }

    long sizeBytes() {
        return sizeBytes;
    }

    /** Of the first of them. */
    long revision() {
        return events.getFirst().revision().main();
    }

    long lastRevision() {
        return events.getLast().revision().main();
    }

    void hold() {
        holders.incrementAndGet();
    }

    void letGo() {
        if (holders.decrementAndGet() == 0) retainedBytes.addAndGet(-sizeBytes);
    }
}
