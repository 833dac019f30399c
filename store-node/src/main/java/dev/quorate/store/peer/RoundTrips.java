package dev.quorate.store.peer;

import java.util.OptionalLong;

/**
 * Measures how long one member's answers to heartbeats take, however many heartbeats are under way.
 *
 * <p>Answers come in the order of the heartbeats, one for each. So one heartbeat at a time is the sample, and it is
 * answered when as many answers have come as heartbeats went out up to it. A lost answer would put all later ones out
 * of step: a sample that is never answered, or a broken connection, begins the count anew.
 */
final class RoundTrips {
    private static final long LOST_NANOS = 10_000_000_000L;

    private long sent;
    private long answered;
    private long sample;
    private long sampleNanos;

    synchronized void sent(long nowNanos) {
        if (sample != 0 && nowNanos - sampleNanos > LOST_NANOS) restart();
        sent++;
        if (sample != 0) return;
        sample = sent;
        sampleNanos = nowNanos;
    }

    /** How long the way there and back took, when this answer is the one to the sample. */
    synchronized OptionalLong answered(long nowNanos) {
        if (answered == sent) return OptionalLong.empty();
        answered++;
        if (sample == 0 || answered < sample) return OptionalLong.empty();
        sample = 0;
        return OptionalLong.of(nowNanos - sampleNanos);
    }

    synchronized void restart() {
        sent = 0;
        answered = 0;
        sample = 0;
    }
}
