package dev.quorate.store.raft;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What the loop has to do next, in this order: send {@code sendNow}; install the snapshot; hand hard state and entries
 * to the disk as one batch and, when it is durable, send {@code sendAfterPersist} and call {@code persisted(batch)};
 * apply {@code committed}; answer the reads whose index is applied; start the wanted snapshots; note the notices.
 *
 * <p>Taken means under way: the core does not repeat anything of it and needs no acknowledgement besides
 * {@code persisted} and {@code applied}.
 *
 * @param batch number of the write batch, 0 if the disk is not concerned. Batches must complete in order. A batch may
 *     hold messages only: they wait for the batches before it
 * @param hardState null if it need not be written
 * @param entries replace everything in the disk's log from the first one's index on
 * @param install the whole state is replaced by that of this snapshot, and the disk's log starts anew after its base;
 *     a snapshot that was stepped in and does not appear here is not needed and may be deleted
 * @param committed durable here and committed; in order, without gaps, each exactly once per process
 * @param readsLost ids of reads that will get no answer: ask again with new ids
 * @param snapshotsWanted followers that need a state newer than the log reaches back
 */
public record Ready(
        long batch,
        @Nullable HardState hardState,
        List<Entry> entries,
        List<Message> sendNow,
        List<Message> sendAfterPersist,
        Message.@Nullable InstallSnapshot install,
        List<Entry> committed,
        List<ReadPoint> reads,
        List<Long> readsLost,
        List<Long> snapshotsWanted,
        List<Notice> notices) {

    /** A state that has applied {@code index} answers this read linearizably. */
    public record ReadPoint(long readId, long index) {}

    /** A batch without this only keeps messages in order behind earlier batches. */
    public boolean mustSync() {
        return hardState != null || !entries.isEmpty() || install != null;
    }
}
