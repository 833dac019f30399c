package dev.quorate.store.mvcc;

import dev.quorate.store.Bytes;
import dev.quorate.store.Invariant;

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
    private final KeyIndex index = new KeyIndex();
    private final CompactionMark compaction = new CompactionMark();
    private LivenessLog liveness = new LivenessLog(FIRST_REVISION);
    private long revision = FIRST_REVISION;
    private volatile MvccView published;
    private byte[] compactFrom = NOTHING_TO_COMPACT;

    private static final byte[] NOTHING_TO_COMPACT = new byte[0];

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
        compactFrom = KeyRange.ALL.from().shared();
    }

    /**
     * Removes compacted versions of the next {@code maxKeys} keys from the index and declares them dead; false when
     * there is nothing left to do. Only after the compaction was published, else a reader could miss what it may see.
     */
    public boolean compactStep(int maxKeys) {
        if (compactFrom.length == 0 || compaction.published() != compaction.working()) return false;
        Compaction step = new Compaction(index, log, compaction.working());
        compactFrom = step.run(compactFrom, maxKeys);
        return compactFrom.length > 0;
    }

    /** Takes one version that a recovery found, in revision order; returns the lease it carries, 0 = none. */
    public long restore(Revision at, boolean tombstone, Bytes encodedKeyValue) {
        KeyValueForm.Numbers numbers = KeyValueForm.numbers(encodedKeyValue);
        byte[] key = numbers.key().shared();
        KeyVersions before = index.get(key);
        long create = tombstone ? 0 : numbers.create();
        long version = tombstone ? 0 : numbers.version();
        if (before != null) {
            int last = before.count() - 1;
            Invariant.check(
                    before.revision(last).compareTo(at) < 0, "versions of a key are restored in order", at.main());
            index.set(key, before.plus(at.main(), at.sub(), create, version));
        } else {
            index.set(key, KeyVersions.of(at.main(), at.sub(), create, version));
        }
        return tombstone ? 0 : numbers.lease();
    }

    /** Ends a recovery: everything is as it was after {@code restoredRevision}. */
    public void restored(long restoredRevision, long compactRevision) {
        revision = Math.max(restoredRevision, FIRST_REVISION);
        liveness = new LivenessLog(revision);
        if (compactRevision >= 0) {
            compaction.set(compactRevision);
            compactFrom = KeyRange.ALL.from().shared();
        }
        publish();
    }
}
