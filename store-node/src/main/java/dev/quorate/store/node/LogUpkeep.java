package dev.quorate.store.node;

import dev.quorate.store.node.port.DurableLog;
import dev.quorate.store.node.port.StagedState;
import dev.quorate.store.node.port.StatePosition;
import dev.quorate.store.raft.Entry;
import dev.quorate.store.raft.EntryId;
import dev.quorate.store.raft.Membership;
import dev.quorate.store.raft.RaftCore;
import dev.quorate.store.raft.RaftStatus;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps the log short: every so many applied entries or bytes, and when the disk is full, the state is forced to disk in
 * the background, the log is marked there, and what lies before is let go, save some entries, and what followers need that
 * are behind or away for a while.
 */
final class LogUpkeep {
    /** Of the log in memory, applied or not. */
    private static final long MAX_WINDOW_BYTES =
            Math.min(128L << 20, Runtime.getRuntime().maxMemory() / 8);

    /** The same while a follower that answers needs it. */
    private static final long MAX_NEEDED_BYTES =
            Math.min(1L << 30, Runtime.getRuntime().maxMemory() / 4);

    private static final long MAX_UNMARKED_BYTES = 256L << 20;

    private static final long SPAN_BYTES = 1 << 20;

    /** Who follows keeps so many times the entries that a leader keeps for everybody. */
    private static final long NEXT_LEADERS_SHARE = 10;

    /** Of an entry's objects, besides what a message would count. */
    private static final int OBJECT_BYTES = 72;

    private final NodeConfig.Storage limits;
    private final long patienceTicks;
    private final int electionTicks;
    private final Mailbox mailbox;
    private final Node.StateForcer forcer;

    /** What the membership was from an index on; an entry goes when a later one is old enough. */
    private final TreeMap<Long, Membership> memberships = new TreeMap<>();

    /** Sizes of what the core still holds in memory, from a batch or a part of it. */
    private final Deque<Span> window = new ArrayDeque<>();

    private long windowBytes;
    private long appliedIndex;
    private long markedIndex;
    private long unmarkedBytes;
    private boolean forcing;

    private record Span(long lastIndex, long bytes) {}

    LogUpkeep(
            NodeConfig.Storage limits,
            NodeConfig.Timing timing,
            Mailbox mailbox,
            Node.StateForcer forcer,
            StagedState.Active start,
            RaftCore restored) {
        this.limits = limits;
        this.electionTicks = timing.electionTicks();
        this.patienceTicks = Math.max(limits.silentMemberMillis() / timing.heartbeatMillis(), timing.electionTicks());
        this.mailbox = mailbox;
        this.forcer = forcer;
        this.markedIndex = restored.status().base().index();
        this.appliedIndex = start.position().index();
        memberships.put(start.position().index(), start.membership());
        handedOut(restored.held(appliedIndex));
    }

    void membership(long fromIndex, Membership membership) {
        memberships.put(fromIndex, membership);
    }

    /** The state was replaced as a whole. */
    void installed(EntryId base, Membership membership) {
        memberships.clear();
        memberships.put(base.index(), membership);
        markedIndex = base.index();
        appliedIndex = base.index();
        // A state that was being forced may be gone, and then nobody tells.
        forcing = false;
        window.clear();
        windowBytes = 0;
    }

    /** They are in memory, and applied or soon will be. */
    void handedOut(List<Entry> entries) {
        long bytes = 0;
        for (Entry entry : entries) {
            bytes += entry.sizeBytes() + OBJECT_BYTES;
            if (bytes < SPAN_BYTES && entry.index() < entries.getLast().index()) continue;
            window.addLast(new Span(entry.index(), bytes));
            windowBytes += bytes;
            unmarkedBytes += bytes;
            bytes = 0;
        }
    }

    /**
     * Whether the state is so far behind that more of the log would not fit into memory: a full disk can hold it up for
     * long. What a leader sends meanwhile is as good as lost on the way; it will be sent again.
     */
    boolean isChoked() {
        return windowBytes > MAX_WINDOW_BYTES && window.getFirst().lastIndex() > appliedIndex;
    }

    void applied(StatePosition position, RaftCore raft) {
        appliedIndex = position.index();
        long compactTo = 0;
        while (windowBytes > MAX_WINDOW_BYTES && window.getFirst().lastIndex() <= position.index()) {
            if (windowBytes <= MAX_NEEDED_BYTES && isNeededNow(window.getFirst().lastIndex(), raft)) break;
            Span oldest = window.removeFirst();
            windowBytes -= oldest.bytes();
            compactTo = oldest.lastIndex();
        }
        if (compactTo > 0) raft.compact(compactTo);
        if (position.index() - markedIndex >= limits.snapshotCount() || unmarkedBytes >= MAX_UNMARKED_BYTES) force();
    }

    /**
     * Some follower answers and has not come so far. Under load a large state takes longer than the usual window lasts, and
     * without what is written meanwhile the next state would have to follow, and so on.
     */
    private boolean isNeededNow(long index, RaftCore raft) {
        return raft.isLeader()
                && raft.status().followers().stream()
                        .anyMatch(follower -> follower.silentTicks() <= electionTicks && follower.match() < index);
    }

    /** On a full disk every old segment of the log counts. */
    void tick(DurableLog.Room room) {
        if (room != DurableLog.Room.ENOUGH && appliedIndex > markedIndex) force();
    }

    private void force() {
        if (forcing) return;
        forcing = true;
        unmarkedBytes = 0;
        forcer.force(safe -> mailbox.fact(new Mailbox.Input.Forced(safe)));
    }

    void forced(StatePosition position, RaftCore raft, DurableLog log) {
        forcing = false;
        if (position.index() <= markedIndex) return;
        markedIndex = position.index();
        Map.Entry<Long, Membership> then = memberships.floorEntry(position.index());
        memberships.headMap(then.getKey()).clear();
        log.mark(new EntryId(position.term(), position.index()), then.getValue());
        RaftStatus status = raft.status();
        // The state may be safe further than the loop has heard of.
        long done = Math.min(position.index() - limits.snapshotCatchupEntries(), status.applied());
        long keepFrom = Math.min(done, raft.isLeader() ? needed(status) : neededNext(position));
        if (keepFrom > status.base().index()) raft.compact(keepFrom);
        while (!window.isEmpty() && window.getFirst().lastIndex() <= keepFrom)
            windowBytes -= window.removeFirst().bytes();
        boolean holdsFiles = raft.isLeader() && mailbox.room() == DurableLog.Room.ENOUGH;
        long useless = Math.max(holdsFiles ? keepFrom : done, status.base().index());
        log.release(Math.max(0, Math.min(position.index(), useless)));
    }

    /** Whoever leads next does not know what the others have, and some may have been paused when the last one fell. */
    private long neededNext(StatePosition position) {
        return position.index() - NEXT_LEADERS_SHARE * limits.snapshotCatchupEntries();
    }

    /**
     * Followers that are behind need the log from here on, and so does one that was paused or is being restarted: under
     * load it is past the entries that are kept for everybody within a second, and a whole state can be many GiB. One that
     * gets a whole state needs all that is written meanwhile: without it the next state would have to follow, for ever
     * under load. What this holds is bounded by the window, see {@link #applied}; on a full disk no files are
     * held.
     */
    private long needed(RaftStatus status) {
        return status.followers().stream()
                .filter(follower -> follower.silentTicks() <= patienceTicks)
                .mapToLong(follower -> Math.max(status.base().index(), follower.match()))
                .min()
                .orElse(Long.MAX_VALUE);
    }

    /**
     * What the loop does about a disk without room: it says so once, and a leader that cannot write its state any more lets
     * somebody else lead. The others may have room; if not, it does not matter who leads. Who cannot write its log is
     * {@link StallWatch}'s: it could not vote for anybody.
     */
    static final class DiskWatch {
        private static final Logger LOG = LoggerFactory.getLogger(DiskWatch.class);

        /** After a try that changed nothing. */
        private static final long AGAIN_MILLIS = 10_000;

        private final Mailbox mailbox;
        private DurableLog.Room known = DurableLog.Room.ENOUGH;
        private long noneSinceMillis;
        private long triedMillis = Long.MIN_VALUE / 2;

        DiskWatch(Mailbox mailbox) {
            this.mailbox = mailbox;
        }

        /** Every tick. True: hand over now. */
        boolean shouldHandOver(RaftCore raft, long nowMillis, long patienceMillis) {
            DurableLog.Room room = mailbox.room();
            if (room != known) changed(room, nowMillis);
            if (room != DurableLog.Room.NONE || !raft.isLeader()) return false;
            if (nowMillis - noneSinceMillis < patienceMillis || nowMillis - triedMillis < AGAIN_MILLIS) return false;
            triedMillis = nowMillis;
            LOG.warn("the disk is full: somebody else should lead");
            return true;
        }

        private void changed(DurableLog.Room room, long nowMillis) {
            known = room;
            if (room == DurableLog.Room.NONE) noneSinceMillis = nowMillis;
            switch (room) {
                case ENOUGH -> LOG.info("the disk has room again: writes are taken");
                case LOW -> LOG.error("the disk is full: only reads and what makes room are taken; free some space");
                case NONE ->
                    LOG.error("the disk is full and nothing can be written: only reads are taken; free some space");
            }
        }
    }
}
