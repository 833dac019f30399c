package dev.quorate.store.node.port;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;

/** Whole states on their way to one member, or from it. */
public final class Transfers {
    private static final long FIRST_BOUND_NANOS = 100_000_000;

    private final AtomicInteger underWay = new AtomicInteger();
    private final LongAdder succeeded = new LongAdder();
    private final LongAdder failed = new LongAdder();
    private final Durations took = new Durations(FIRST_BOUND_NANOS, 10);

    public Transfer begin() {
        underWay.incrementAndGet();
        return new Transfer();
    }

    public int underWay() {
        return underWay.get();
    }

    public long succeeded() {
        return succeeded.sum();
    }

    public long failed() {
        return failed.sum();
    }

    /** Those that succeeded. */
    public Durations took() {
        return took;
    }

    /** One of them; used by one thread at a time. */
    public final class Transfer {
        private final long beginNanos = System.nanoTime();
        private boolean ended;

        private Transfer() {}

        /** Only the first end counts: a stream that has failed is also cancelled. */
        public void end(boolean well) {
            if (ended) return;
            ended = true;
            underWay.decrementAndGet();
            (well ? succeeded : failed).increment();
            if (well) took.took(System.nanoTime() - beginNanos);
        }
    }
}
