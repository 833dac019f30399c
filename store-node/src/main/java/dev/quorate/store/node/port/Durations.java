package dev.quorate.store.node.port;

import java.util.concurrent.atomic.LongAdder;

/**
 * How long something took, counted in buckets whose bounds double: for the hot paths of every package, which may not
 * know the metrics that are made of it.
 */
public final class Durations {
    private final long firstNanos;
    private final LongAdder[] buckets;
    private final LongAdder nanos = new LongAdder();

    /** The last bucket, beyond all bounds, comes on top. */
    public Durations(long firstBoundNanos, int bounds) {
        firstNanos = firstBoundNanos;
        buckets = new LongAdder[bounds + 1];
        for (int i = 0; i < buckets.length; i++) buckets[i] = new LongAdder();
    }

    public void took(long elapsedNanos) {
        nanos.add(elapsedNanos);
        int i = 0;
        long bound = firstNanos;
        while (i < buckets.length - 1 && elapsedNanos > bound) {
            bound <<= 1;
            i++;
        }
        buckets[i].increment();
    }

    public int bounds() {
        return buckets.length - 1;
    }

    public double boundSeconds(int i) {
        return (firstNanos << i) / 1e9;
    }

    /** How many fell between this bound and the one before; {@code bounds()} stands for the rest. */
    public long count(int i) {
        return buckets[i].sum();
    }

    public double sumSeconds() {
        return nanos.sum() / 1e9;
    }
}
