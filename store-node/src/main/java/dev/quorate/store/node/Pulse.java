package dev.quorate.store.node;

import dev.quorate.store.node.port.Durations;
import java.util.concurrent.atomic.LongAccumulator;
import java.util.concurrent.atomic.LongAdder;

/**
 * How punctual this member is: its heartbeats, its turns, its ticks, and what took longer than it should.
 *
 * <p>The loop, the clock and the apply thread write, anybody reads. Times come from the node's ticker, so that a stop of
 * the whole process shows as a gap.
 */
public final class Pulse {
    private static final long MILLI = 1_000_000;

    private final long intervalMillis;
    private final Durations heartbeatGaps = new Durations(MILLI, 14);
    private final Durations turns = new Durations(MILLI, 14);
    private final LongAccumulator longestGapMillis = new LongAccumulator(Math::max, 0);
    private final LongAdder lateHeartbeats = new LongAdder();
    private final LongAdder slowTurns = new LongAdder();
    private final LongAdder slowApplies = new LongAdder();
    private final LongAdder slowReads = new LongAdder();
    private final LongAdder failedReads = new LongAdder();
    private final LongAdder diskHandOvers = new LongAdder();
    private volatile boolean diskStalled;

    /** When this leader's newest heartbeat left; 0 while it does not lead. The loop's own. */
    private long beatMillis;

    Pulse(long intervalMillis) {
        this.intervalMillis = intervalMillis;
    }

    /** A tick was taken; the leader's heartbeat leaves with it. Late is what etcd calls late: two intervals. */
    void beat(boolean leads, long nowMillis) {
        long before = beatMillis;
        beatMillis = leads ? nowMillis : 0;
        if (!leads || before == 0) return;
        long gap = nowMillis - before;
        heartbeatGaps.took(gap * MILLI);
        longestGapMillis.accumulate(gap);
        if (gap > 2 * intervalMillis) lateHeartbeats.increment();
    }

    void turnTook(long millis) {
        turns.took(millis * MILLI);
        if (millis > intervalMillis) slowTurns.increment();
    }

    void slowApply() {
        slowApplies.increment();
    }

    void slowRead() {
        slowReads.increment();
    }

    void failedRead() {
        failedReads.increment();
    }

    void diskStalled(boolean stalled) {
        diskStalled = stalled;
    }

    void handedOverForDisk() {
        diskHandOvers.increment();
    }

    /** Between two heartbeats of this member while it led. */
    public Durations heartbeatGaps() {
        return heartbeatGaps;
    }

    public Durations turns() {
        return turns;
    }

    public long longestGapMillis() {
        return longestGapMillis.get();
    }

    public long lateHeartbeats() {
        return lateHeartbeats.sum();
    }

    public long slowTurns() {
        return slowTurns.sum();
    }

    public long slowApplies() {
        return slowApplies.sum();
    }

    public long slowReads() {
        return slowReads.sum();
    }

    public long failedReads() {
        return failedReads.sum();
    }

    public boolean diskIsStalled() {
        return diskStalled;
    }

    public long diskHandOvers() {
        return diskHandOvers.sum();
    }
}
