package dev.quorate.store.raft;

import dev.quorate.store.raft.Ready.ReadPoint;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Collects during a turn what the next Ready will say. */
final class Outbox {
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
