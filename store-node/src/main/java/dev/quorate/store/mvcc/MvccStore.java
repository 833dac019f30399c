package dev.quorate.store.mvcc;

import dev.quorate.store.Invariant;
import org.jspecify.annotations.Nullable;

/**
 * The key space: one writer, any number of readers through {@link #view}.
 *
 * <p>The writer opens transactions one after the other; what they change becomes visible to readers all at once with
 * {@link #publish}, after the value log has taken the batch.
 */
public final class MvccStore {
    /** The revision of an empty store; the first write gets the next one. */
    public static final long FIRST_REVISION = 1;

    private final ValueLog log;
    private KeyIndex index = new KeyIndex();
    private @Nullable IndexBuilder restoring;
    private final CompactionMark compaction = new CompactionMark();
    private LivenessLog liveness = new LivenessLog(FIRST_REVISION);
    private long revision = FIRST_REVISION;
    private volatile MvccView published;
    private final Compaction unfinished = new Compaction();

    public MvccStore(ValueLog log) {
        this.log = log;
        published = picture();
    }

    /** The newest picture that may be shown; any thread. */
    public MvccView view() {
        return published;
    }

    /** Shows readers everything written so far; the value log must have ended the batch. */
    public void publish() {
        compaction.publish();
        published = picture();
    }

    /** What the writer itself sees now; valid until it writes again. */
    public MvccView working() {
        return workingAt(revision);
    }

    MvccView workingAt(long seenRevision) {
        return new MvccView(index.current(), seenRevision, liveness.mark(), log, compaction);
    }

    private MvccView picture() {
        return new MvccView(index.freeze(), revision, liveness.mark(), log, compaction);
    }

    public long revision() {
        return revision;
    }

    /** -1 before any compaction. */
    public long compactRevision() {
        return compaction.working();
    }

    /** Number of keys in the index, deleted ones that are not compacted included. */
    public long keyCount() {
        return index.keyCount();
    }

    public Txn begin() {
        return new Txn(this, index, log);
    }

    /** Called by the transaction when it has changed something. */
    void committed() {
        revision++;
    }

    void changedLiveness(long main, byte[] key, boolean born) {
        liveness.add(main, key, born);
    }

    /** From now on nothing below this revision may be asked for; the caller has checked that it is allowed. */
    public void compact(long newCompactRevision) {
        Invariant.check(
                newCompactRevision > compaction.working() && newCompactRevision <= revision,
                "a compaction goes forward and not into the future",
                newCompactRevision);
        compaction.set(newCompactRevision);
        unfinished.begin(newCompactRevision);
    }

    /** Has any compaction something left to do? */
    public boolean isCompacting() {
        return !unfinished.isDone();
    }

    /** Has the compaction to this revision, or one before it, something left to do? */
    public boolean isCompacting(long toRevision) {
        return !unfinished.isDone(toRevision);
    }

    /**
     * Does a bounded piece of what a compaction left to do, about as many versions and keys as said; false when nothing
     * is left. Only after the compaction was published, else a reader could miss what it may see.
     */
    public boolean compactStep(int budget) {
        if (compaction.published() != compaction.working()) return false;
        return unfinished.step(index, log, budget);
    }

    /** Takes one version that a recovery found, in the order of keys, and for one key oldest first. */
    public void restore(FoundVersion found) {
        if (restoring == null) restoring = new IndexBuilder();
        restoring.add(found);
    }

    /** Ends a recovery: everything is as it was after {@code restoredRevision}. */
    public void restored(long restoredRevision, long compactRevision) {
        if (restoring != null) index = restoring.build();
        restoring = null;
        revision = Math.max(restoredRevision, FIRST_REVISION);
        liveness = new LivenessLog(revision);
        if (compactRevision >= 0) {
            compaction.set(compactRevision);
            unfinished.begin(compactRevision);
        }
        publish();
    }
}
