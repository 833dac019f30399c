package dev.quorate.store.raft;

import dev.quorate.store.Invariant;
import dev.quorate.store.raft.FollowerProgress.Inflights;
import dev.quorate.store.raft.FollowerProgress.Probing;
import dev.quorate.store.raft.FollowerProgress.Replicating;
import dev.quorate.store.raft.FollowerProgress.Snapshotting;
import dev.quorate.store.raft.Message.Append;
import dev.quorate.store.raft.Message.AppendRefusal;
import dev.quorate.store.raft.Message.Heartbeat;
import java.util.Collection;
import java.util.List;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Brings the followers of one leader to the leader's log (thesis 3.5), without sending more than they can take. */
final class Replication {
    private final RaftState state;
    private final SortedMap<Long, FollowerProgress> followers = new TreeMap<>(Long::compareUnsigned);

    Replication(RaftState state) {
        this.state = state;
        adopt(state.membership);
    }

    /** Newcomers count as active, so that they do not cost the leader its quorum before they could speak. */
    void adopt(Membership membership) {
        SortedSet<Long> members = membership.members();
        for (FollowerProgress gone : List.copyOf(followers.values())) {
            if (members.contains(gone.id)) continue;
            sayGoodbye(gone);
            followers.remove(gone.id);
        }
        for (long id : members) {
            if (id == state.self() || followers.containsKey(id)) continue;
            FollowerProgress added = new FollowerProgress(id, state.log.lastIndex() + 1);
            added.active = true;
            followers.put(id, added);
        }
    }

    /* A last append tells the removed member that its removal is committed. If it is lost, others must tell. */
    private void sayGoodbye(FollowerProgress gone) {
        if (gone.phase instanceof Replicating && gone.next > state.log.base().index()) {
            sendAppend(gone, gone.next <= state.log.lastIndex() ? entriesFor(gone) : List.of());
        }
    }

    @Nullable
    FollowerProgress of(long id) {
        return followers.get(id);
    }

    Collection<FollowerProgress> all() {
        return followers.values();
    }

    long matchOf(long id) {
        if (id == state.self()) return state.durability.durableIndex();
        FollowerProgress follower = followers.get(id);
        return follower == null ? 0 : follower.match;
    }

    boolean quorumIsActive() {
        return Quorum.is(state.membership, id -> {
            FollowerProgress follower = followers.get(id);
            return id == state.self() || (follower != null && follower.active);
        });
    }

    void startActivityCheck() {
        followers.values().forEach(follower -> follower.active = false);
    }

    void tick() {
        for (FollowerProgress follower : followers.values()) follower.silentTicks++;
    }

    // ---------------------------------------------------------------------------------------------- sending

    void heartbeat(long readRound, boolean clock) {
        for (FollowerProgress follower : followers.values()) {
            if (clock) follower.nudgeDue = true;
            long commit = Math.min(follower.match, state.tellableCommit());
            state.out.send(new Heartbeat(state.self(), follower.id, state.term, commit, readRound));
        }
    }

    /** Sends everything that may be sent. */
    void flush() {
        followers.values().forEach(this::flush);
    }

    private void flush(FollowerProgress follower) {
        switch (follower.phase) {
            case Probing probing -> {
                if (!probing.waiting) {
                    probing.waiting = true;
                    sendNext(follower);
                }
            }
            case Replicating r -> stream(follower, r.inflights());
            case Snapshotting _ -> {}
        }
    }

    private void stream(FollowerProgress follower, Inflights inflights) {
        while (follower.next <= state.log.lastIndex() && !inflights.isFull()) {
            List<Entry> sent = sendNext(follower);
            if (sent.isEmpty()) return;
            follower.next += sent.size();
            inflights.add(follower.next - 1, sizeBytes(sent));
        }
        boolean allSent = follower.next > state.log.lastIndex();
        if (allSent && follower.commitSent < state.tellableCommit()) sendNext(follower);
    }

    /** Sends from next on; a follower that is behind the log's base needs a snapshot instead. */
    private List<Entry> sendNext(FollowerProgress follower) {
        if (follower.next <= state.log.base().index()) {
            wantSnapshot(follower);
            return List.of();
        }
        List<Entry> entries = entriesFor(follower);
        sendAppend(follower, entries);
        return entries;
    }

    private List<Entry> entriesFor(FollowerProgress follower) {
        return state.log.from(follower.next, state.config.maxMessageBytes());
    }

    private void sendAppend(FollowerProgress follower, List<Entry> entries) {
        EntryId prev = new EntryId(state.log.term(follower.next - 1), follower.next - 1);
        follower.commitSent = state.tellableCommit();
        state.out.send(new Append(state.self(), follower.id, state.term, prev, entries, state.tellableCommit()));
    }

    private void wantSnapshot(FollowerProgress follower) {
        if (!follower.active) return;
        follower.phase = new Snapshotting();
        state.out.wantSnapshot(follower.id);
        state.out.note(new Notice.FollowerNeedsSnapshot(follower.id));
    }

    private static long sizeBytes(List<Entry> entries) {
        long bytes = 0;
        for (Entry entry : entries) bytes += entry.sizeBytes();
        return bytes;
    }

    // ---------------------------------------------------------------------------------------------- answers

    /** Whether the follower has come further. */
    boolean acknowledged(FollowerProgress follower, long match) {
        Invariant.check(
                match <= state.log.lastIndex(),
                "a follower claims entries that the leader has not",
                follower.id,
                match);
        boolean further = match > follower.match;
        follower.match = Math.max(follower.match, match);
        follower.next = Math.max(follower.next, match + 1);
        switch (follower.phase) {
            case Replicating r -> r.inflights().acknowledged(match);
            case Probing _ -> {
                if (match == follower.match) replicate(follower);
            }
            case Snapshotting _ -> {
                if (match >= state.log.base().index()) replicate(follower);
            }
        }
        return further;
    }

    private void replicate(FollowerProgress follower) {
        follower.replicate(state.config);
        state.out.note(new Notice.FollowerReplicating(follower.id, follower.match));
    }

    void refused(FollowerProgress follower, AppendRefusal refusal) {
        switch (follower.phase) {
            case Replicating _ -> {
                if (refusal.refusedIndex() > follower.match) probe(follower, afterHint(follower, refusal));
            }
            case Probing _ -> {
                if (refusal.refusedIndex() == follower.next - 1) probe(follower, afterHint(follower, refusal));
            }
            case Snapshotting _ -> {}
        }
    }

    /* The follower skipped what cannot agree with the refused term; now skip what cannot agree with the hint's term. */
    private long afterHint(FollowerProgress follower, AppendRefusal refusal) {
        EntryId hint = refusal.hint();
        long agreed = hint.index() < state.log.base().index()
                ? hint.index()
                : state.log.lastWithTermAtMost(hint.index(), hint.term());
        return Math.max(follower.match + 1, Math.min(refusal.refusedIndex(), agreed + 1));
    }

    private void probe(FollowerProgress follower, long from) {
        follower.probe(from);
        state.out.note(new Notice.FollowerProbed(follower.id, from));
    }

    /** The follower lives: what got lost on the way to it may be tried again. */
    void heartbeatAnswered(FollowerProgress follower) {
        if (!follower.nudgeDue) return;
        follower.nudgeDue = false;
        switch (follower.phase) {
            case Probing probing -> probing.waiting = false;
            case Replicating _ -> {
                if (follower.match < state.log.lastIndex()) checkStream(follower);
            }
            case Snapshotting _ -> {}
        }
    }

    /* If appends were lost, an empty one is refused, and the refusal leads back to probing. */
    private void checkStream(FollowerProgress follower) {
        if (follower.next > state.log.base().index()) {
            sendAppend(follower, List.of());
        } else {
            probe(follower, follower.match + 1);
        }
    }

    void unreachable(long id) {
        FollowerProgress follower = followers.get(id);
        if (follower != null && follower.phase instanceof Replicating) probe(follower, follower.match + 1);
    }

    /**
     * Waits for the next heartbeat's answer, so that a failing stream is not begun again at once. What was delivered counts
     * by its own index: the log's base may be past any other place until then, and another state would follow.
     */
    void snapshotEnded(long id, long delivered) {
        FollowerProgress follower = followers.get(id);
        if (follower == null || !(follower.phase instanceof Snapshotting)) return;
        probe(follower, Math.min(Math.max(follower.match, delivered), state.log.lastIndex()) + 1);
        if (follower.phase instanceof Probing probing) probing.waiting = true;
    }
}
