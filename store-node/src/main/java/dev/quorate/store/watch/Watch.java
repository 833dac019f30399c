package dev.quorate.store.watch;

import dev.quorate.store.mvcc.EventKind;
import dev.quorate.store.mvcc.EventsPage;
import dev.quorate.store.mvcc.KeyEvent;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;

/** One open watch: a range and a cursor into the history. One stream polls it. */
public final class Watch {
    /*
     * Live: every event of the range at or after `next` that was published is in the queue.
     * Behind: the queue is empty; what is at or after `next` must be read from the history.
     * The publisher makes a watch fall behind, its own poll makes it live again.
     */
    private static final int MAX_QUEUED = 512;

    private final WatchRegistry registry;
    private final WatchRequest request;
    private final Runnable listener;
    private final long openedAt;

    private final ArrayDeque<Queued> queue = new ArrayDeque<>(2);
    private int queuedEvents;
    private long next;
    private boolean behind;
    private boolean idle;
    private boolean closed;

    // Only the publisher uses it, under the registry's lock.
    private boolean touched;

    Watch(WatchRegistry registry, WatchRequest request, Runnable listener, long openedAt) {
        this.registry = registry;
        this.request = request;
        this.listener = listener;
        this.openedAt = openedAt;
        this.next = request.startRevision() == 0 ? openedAt + 1 : request.startRevision();
        this.behind = next <= openedAt;
    }

    public WatchRequest request() {
        return request;
    }

    /** The revision of the store when it was opened: for the header of the created reply. */
    public long openedAt() {
        return openedAt;
    }

    /**
     * May read a piece of history from the value log, so it may block for a moment; stops at about {@code maxBytes}. A
     * piece without an event for this watch is answered as no events, so that others get their turn in between.
     */
    public Polled poll(long maxBytes) {
        synchronized (this) {
            if (closed) return new Polled.Nothing();
            // Read under the lock: a later publication then finds the watch idle and wakes it.
            if (!behind) return drain(registry.published(), maxBytes);
        }
        return switch (registry.view().events(next, request.range(), maxBytes)) {
            case EventsPage.Compacted compacted -> {
                close();
                yield new Polled.Compacted(compacted.compactRevision());
            }
            case EventsPage.Events page -> {
                List<KeyEvent> wanted = wanted(page.events());
                registry.caughtUp(this, page.upTo());
                yield new Polled.Events(wanted, page.upTo(), true);
            }
        };
    }

    /** Whole revisions only: what is published only in part stays in the queue. */
    private Polled drain(long published, long maxBytes) {
        List<Queued> taken = new ArrayList<>(queue.size());
        long bytes = 0;
        long last = 0;
        while (!queue.isEmpty()) {
            Queued first = queue.getFirst();
            if (first.revision() > published || (bytes >= maxBytes && first.revision() != last)) break;
            last = first.lastRevision();
            bytes += first.sizeBytes();
            taken.add(queue.removeFirst());
            queuedEvents -= first.events().size();
            first.letGo();
        }
        boolean all = queue.isEmpty() || queue.getFirst().revision() > published;
        long reached = all ? published : last;
        next = Math.max(next, reached + 1);
        idle = all;
        return taken.isEmpty() ? new Polled.Nothing() : new Polled.Events(events(taken), reached, !all);
    }

    /** Mostly there is one list, which all watches of a key share. */
    private static List<KeyEvent> events(List<Queued> taken) {
        if (taken.size() == 1) return taken.getFirst().events();
        List<KeyEvent> all = new ArrayList<>();
        for (Queued one : taken) all.addAll(one.events());
        return all;
    }

    private List<KeyEvent> wanted(List<KeyEvent> events) {
        return wantsAll() ? events : events.stream().filter(this::wants).toList();
    }

    private boolean wantsAll() {
        return !request.noPut() && !request.noDelete();
    }

    private boolean wants(KeyEvent event) {
        return event.kind() == EventKind.PUT ? !request.noPut() : !request.noDelete();
    }

    /** The revision up to which everything was handed out by poll, if this watch is not behind it. */
    public OptionalLong progress() {
        long published = registry.published();
        return hasReached(published) ? OptionalLong.of(published) : OptionalLong.empty();
    }

    /** A watch that starts in the future has reached nothing yet; one that read ahead of what is published would go back. */
    synchronized boolean hasReached(long revision) {
        return !behind
                && !closed
                && request.startRevision() <= revision
                && next <= revision + 1
                && (queue.isEmpty() || queue.getFirst().revision() > revision);
    }

    public void close() {
        registry.remove(this);
        synchronized (this) {
            closed = true;
            dropQueue();
        }
    }

    /** How much memory there is for what waits. */
    enum Room {
        ENOUGH,
        /** Only watches with an empty queue may take something: a slow client must not make the others slow. */
        LITTLE,
        /** Nobody may: there can be very many watches, and each with an empty queue. */
        NONE
    }

    /** The publisher has events of the range. */
    synchronized void offer(Queued queued, Room room) {
        if (closed || behind) return;
        if (wantsAll() && isAhead(queued.events().getFirst())) {
            take(queued, room);
            return;
        }
        List<KeyEvent> wanted = queued.events().stream()
                .filter(event -> isAhead(event) && wants(event))
                .toList();
        if (wanted.isEmpty()) return;
        if (wanted.size() == queued.events().size()) {
            take(queued, room);
            return;
        }
        Queued some = queued.of(wanted);
        take(some, room);
        some.letGo();
    }

    private boolean isAhead(KeyEvent event) {
        return event.revision().main() >= next;
    }

    private void take(Queued queued, Room room) {
        boolean full = room == Room.NONE || (room == Room.LITTLE && !queue.isEmpty());
        if (full || queuedEvents >= MAX_QUEUED) {
            fallBehind();
            return;
        }
        queued.hold();
        queue.addLast(queued);
        queuedEvents += queued.events().size();
    }

    /**
     * Only what waits in the queue must be read again. A watch that had nothing to hear for long is not at the revision of
     * its last event, which may be compacted by now.
     */
    synchronized void fallBehind() {
        if (behind) return;
        long missing =
                queue.isEmpty() ? registry.published() + 1 : queue.getFirst().revision();
        next = Math.max(next, missing);
        dropQueue();
        behind = true;
    }

    /** The history was read up to this revision. */
    synchronized void reach(long revision, long published) {
        next = Math.max(next, revision + 1);
        if (revision >= published) behind = false;
    }

    /** Calls the listener if the stream was told that there is nothing. */
    void wake() {
        synchronized (this) {
            if (!idle || (!behind && queue.isEmpty())) return;
            idle = false;
        }
        listener.run();
    }

    private void dropQueue() {
        for (Queued queued : queue) queued.letGo();
        queue.clear();
        queuedEvents = 0;
    }

    /** True the first time in a batch. */
    boolean touch() {
        boolean first = !touched;
        touched = true;
        return first;
    }

    void untouch() {
        touched = false;
    }
}
