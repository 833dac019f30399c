package dev.quorate.store.watch;

import dev.quorate.store.mvcc.KeyEvent;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/** An event that waits in the queues of some watches; its bytes count once, until the last of them has let it go. */
final class Queued {
    private final KeyEvent event;
    private final AtomicLong retainedBytes;
    private final AtomicInteger holders = new AtomicInteger(1);

    /** The publisher is the first holder, so that the event is not given up while it is still being handed round. */
    Queued(KeyEvent event, AtomicLong retainedBytes) {
        this.event = event;
        this.retainedBytes = retainedBytes;
        retainedBytes.addAndGet(event.sizeBytes());
    }

    KeyEvent event() {
        return event;
    }

    long revision() {
        return event.revision().main();
    }

    void hold() {
        holders.incrementAndGet();
    }

    void letGo() {
        if (holders.decrementAndGet() == 0) retainedBytes.addAndGet(-event.sizeBytes());
    }
}
