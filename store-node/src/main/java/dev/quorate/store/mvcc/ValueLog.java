package dev.quorate.store.mvcc;

import dev.quorate.store.Bytes;

/**
 * The port to the place where the bytes of versions are kept.
 *
 * <p>One thread (the apply thread) appends; any thread reads. A record of the batch that is still open can already be
 * read by the thread that appended it; other threads may ask for it once {@link #endBatch} has returned.
 *
 * <p>What a crash may take: whole batches from the end, never a part of one. What reclaiming may take: versions that
 * were given to {@link #dead}. One rule binds the reclaimer: <b>a dead tombstone must stay as long as any older version
 * of its key may still be met by a recovery</b> (older segments hold older versions, so it is enough to let a
 * tombstone go only when everything before it has been reclaimed as well); otherwise a restart would bring the deleted
 * key back. Dead versions that are no tombstones can go at any time.
 */
public interface ValueLog {
    void append(Revision revision, boolean tombstone, Bytes encodedKeyValue);

    /** Small state beside the keys; the latest value of a key counts, an empty value means gone. */
    void appendFact(Bytes key, Bytes value);

    void endBatch(long appliedIndex, long appliedTerm, long revision);

    /**
     * The encoded KeyValue of a version, or {@link Bytes#EMPTY} when it was reclaimed after having been declared dead:
     * a reader may still hold a picture of the index from before a compaction. Damaged bytes break an invariant.
     */
    Bytes read(Revision revision);

    /**
     * Visits records in revision order with large sequential reads; may still show dead versions. Stops early when the
     * visitor says so.
     */
    void scan(long fromMain, long toMainInclusive, Visitor visitor);

    long sizeBytes();

    long liveBytes();

    /** This version can never be asked for again. */
    void dead(Revision revision);

    /** Another state has taken the place of the one that this log belongs to, and whoever read on for long must ask again. */
    final class Closed extends IllegalStateException {
        private static final long serialVersionUID = 1;

        public Closed(Throwable cause) {
            super("the state that was read has been replaced", cause);
        }
    }

    /** Receives the records of a scan. */
    @FunctionalInterface
    interface Visitor {
        /** Returns false to end the scan. */
        boolean version(Revision revision, boolean tombstone, Bytes encodedKeyValue);
    }
}
