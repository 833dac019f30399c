package dev.quorate.store.node;

import dev.quorate.store.raft.Entry;
import dev.quorate.store.raft.EntryId;
import dev.quorate.store.raft.Membership;
import dev.quorate.store.raft.RaftCore;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Keeps the log short: every so many applied entries the state is forced to disk in the background, the log is marked
 * there, and what lies before is let go, save some entries for followers that are only a little behind.
 */
final class LogUpkeep {
    private static final long MAX_WINDOW_BYTES = 128L << 20;

    private final NodeConfig.Storage limits;
    private final Mailbox mailbox;
    private final Node.StateForcer forcer;

    /** What the membership was from an index on; an entry goes when a later one is old enough. */
    private final TreeMap<Long, Membership> memberships = new TreeMap<>();

    /** Sizes of what the core still holds in memory, one element for each batch that was applied. */
    private final Deque<Span> window = new ArrayDeque<>();

    private long windowBytes;
    private long markedIndex;
    private boolean forcing;

    private record Span(long lastIndex, long bytes) {}

    LogUpkeep(NodeConfig.Storage limits, Mailbox mailbox, Node.Outside outside, StagedState.Active start) {
        this.limits = limits;
        this.mailbox = mailbox;
        this.forcer = outside.forcer();
        this.markedIndex = start.position().index();
        memberships.put(start.position().index(), start.membership());
    }

    void membership(long fromIndex, Membership membership) {
        memberships.put(fromIndex, membership);
    }

    /** The state was replaced as a whole. */
    void installed(EntryId base, Membership membership) {
        memberships.clear();
        memberships.put(base.index(), membership);
        markedIndex = base.index();
        window.clear();
        windowBytes = 0;
    }

    void handedOut(List<Entry> entries) {
        long bytes = 0;
        for (Entry entry : entries) bytes += entry.sizeBytes();
        window.addLast(new Span(entries.getLast().index(), bytes));
        windowBytes += bytes;
    }

    void applied(StatePosition position, RaftCore raft) {
        long compactTo = 0;
        while (windowBytes > MAX_WINDOW_BYTES && window.getFirst().lastIndex() <= position.index()) {
            Span oldest = window.removeFirst();
            windowBytes -= oldest.bytes();
            compactTo = oldest.lastIndex();
        }
        if (compactTo > raft.status().base().index()) raft.compact(compactTo);
        if (forcing || position.index() - markedIndex < limits.snapshotCount()) return;
        forcing = true;
        forcer.force(safe -> mailbox.fact(new Mailbox.Input.Forced(safe)));
    }

    void forced(StatePosition position, RaftCore raft, DurableLog log) {
        forcing = false;
        if (position.index() <= markedIndex) return;
        markedIndex = position.index();
        Map.Entry<Long, Membership> then = memberships.floorEntry(position.index());
        memberships.headMap(then.getKey()).clear();
        log.mark(new EntryId(position.term(), position.index()), then.getValue());
        long keepFrom = position.index() - limits.snapshotCatchupEntries();
        if (keepFrom > raft.status().base().index()) raft.compact(keepFrom);
        while (!window.isEmpty() && window.getFirst().lastIndex() <= keepFrom)
            windowBytes -= window.removeFirst().bytes();
        log.release(Math.max(0, Math.min(position.index(), keepFrom)));
    }
}
