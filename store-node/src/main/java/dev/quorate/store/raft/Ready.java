package dev.quorate.store.raft;

import java.util.ArrayList;
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

    /** Collects during a turn what the next Ready will say. */
    static final class Outbox {
        private List<Message> now = new ArrayList<>();
        private List<Message> afterPersist = new ArrayList<>();
        private List<ReadPoint> reads = new ArrayList<>();
        private List<Long> readsLost = new ArrayList<>();
        private List<Long> snapshotsWanted = new ArrayList<>();
        private List<Notice> notices = new ArrayList<>();
        private Message.@Nullable InstallSnapshot install;

        /** Promises nothing that a crash could break. */
        void send(Message message) {
            now.add(message);
        }

        /** May only leave when everything that this member knows now is durable. */
        void sendAfterPersist(Message message) {
            afterPersist.add(message);
        }

        void read(long readId, long index) {
            reads.add(new ReadPoint(readId, index));
        }

        void readLost(long readId) {
            readsLost.add(readId);
        }

        void wantSnapshot(long follower) {
            snapshotsWanted.add(follower);
        }

        void note(Notice notice) {
            notices.add(notice);
        }

        void install(Message.InstallSnapshot snapshot) {
            install = snapshot;
        }

        boolean holdsMessages() {
            return !afterPersist.isEmpty();
        }

        boolean installs() {
            return install != null;
        }

        /** Nothing is under way to the disk: messages need not wait. */
        void releaseHeld() {
            now.addAll(afterPersist);
            afterPersist.clear();
        }

        Ready drain(long batch, @Nullable HardState hardState, List<Entry> entries, List<Entry> committed) {
            Ready ready = new Ready(
                    batch,
                    hardState,
                    entries,
                    taken(now),
                    taken(afterPersist),
                    install,
                    committed,
                    taken(reads),
                    taken(readsLost),
                    taken(snapshotsWanted),
                    taken(notices));
            clear();
            return ready;
        }

        /** A full list is given away, an empty one is kept for the next turn. */
        private static <T> List<T> taken(List<T> list) {
            return list.isEmpty() ? List.of() : list;
        }

        private void clear() {
            if (!now.isEmpty()) now = new ArrayList<>();
            if (!afterPersist.isEmpty()) afterPersist = new ArrayList<>();
            if (!reads.isEmpty()) reads = new ArrayList<>();
            if (!readsLost.isEmpty()) readsLost = new ArrayList<>();
            if (!snapshotsWanted.isEmpty()) snapshotsWanted = new ArrayList<>();
            if (!notices.isEmpty()) notices = new ArrayList<>();
            install = null;
        }
    }
}
