package dev.quorate.store.node;

/**
 * Notices that this member's disk stalls, and decides when a leader hands over because of it.
 *
 * <p>A disk stalls when the oldest batch that was given to it is not durable after {@code --disk-stall-timeout}. Who
 * stalls does not campaign: its vote for itself could not become durable.
 *
 * <pre>
 * a leader hands over when its disk stalls, and
 *   the others have committed what its own disk still owes    else nobody is better off, or able to elect somebody
 *   and needed no more than half of the time so far for it    when all disks are slow, none is worth a move
 *   and the last time is long enough ago                      disks that stall in turn must not pass it around
 * </pre>
 *
 * <p>Between two hand-overs of one member lies a pause, which doubles up to a minute and more when stalls come soon
 * after each other.
 */
final class StallWatch {
    private static final int FIRST_PAUSE_LIMITS = 4;
    private static final int LONGEST_PAUSE_LIMITS = 256;

    private final long limitMillis;
    private long batch;
    private long othersMillis;
    private long handedOverMillis;
    private long pauseMillis;

    /** What to do. */
    enum Verdict {
        FINE,
        STALLED,
        HAND_OVER
    }

    /**
     * What is seen at a tick.
     *
     * @param oldestBatch the oldest that is not durable here, 0 if there is none
     * @param sinceMillis when it was given to the disk
     * @param committed the others have committed what is in it
     */
    record View(long nowMillis, boolean leads, long oldestBatch, long sinceMillis, boolean committed) {}

    StallWatch(long limitMillis) {
        this.limitMillis = limitMillis;
    }

    Verdict look(View view) {
        if (view.oldestBatch() != batch) {
            batch = view.oldestBatch();
            othersMillis = Long.MAX_VALUE;
        }
        long stalledMillis = view.oldestBatch() == 0 ? 0 : view.nowMillis() - view.sinceMillis();
        if (view.committed()) othersMillis = Math.min(othersMillis, stalledMillis);
        if (view.oldestBatch() == 0 || stalledMillis < limitMillis) return Verdict.FINE;
        boolean othersAreQuicker = othersMillis <= stalledMillis / 2;
        if (!view.leads() || !othersAreQuicker || !isRested(view.nowMillis())) return Verdict.STALLED;
        handOver(view.nowMillis());
        return Verdict.HAND_OVER;
    }

    private boolean isRested(long nowMillis) {
        return pauseMillis == 0 || nowMillis - handedOverMillis >= pauseMillis;
    }

    private void handOver(long nowMillis) {
        boolean soon = pauseMillis != 0 && nowMillis - handedOverMillis < 2 * pauseMillis;
        pauseMillis =
                soon ? Math.min(2 * pauseMillis, LONGEST_PAUSE_LIMITS * limitMillis) : FIRST_PAUSE_LIMITS * limitMillis;
        handedOverMillis = nowMillis;
    }
}
