package dev.quorate.store.watch;

import dev.quorate.store.Bytes;
import dev.quorate.store.mvcc.KeyEvent;
import dev.quorate.store.mvcc.KeyRange;
import dev.quorate.store.mvcc.MvccView;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import java.util.function.Supplier;

/** All open watches, found by key: exact ones in a table, ranges in an interval tree. */
public final class WatchRegistry {
    private static final int MAX_TOGETHER = 64;
    private static final long MAX_TOGETHER_BYTES = 256 << 10;

    private final Supplier<MvccView> views;
    private final long maxQueuedBytes;
    private final AtomicLong queuedBytes = new AtomicLong();
    private final Map<Bytes, List<Watch>> exact = new HashMap<>();
    private final RangeIndex ranges = new RangeIndex();
    private int size;
    private volatile long published;
    private volatile int fanout;

    public WatchRegistry(Supplier<MvccView> views, long maxQueuedBytes) {
        this.views = views;
        this.maxQueuedBytes = maxQueuedBytes;
        this.published = views.get().revision();
    }

    /** The stream polls it once after opening; the listener is called when there is something after a poll said Nothing. */
    public synchronized Watch open(WatchRequest request, Runnable listener) {
        Watch watch = new Watch(this, request, listener, published);
        if (request.range().isSingle()) {
            exact.computeIfAbsent(request.range().from(), key -> new ArrayList<>(1))
                    .add(watch);
        } else {
            ranges.add(request.range(), watch);
        }
        size++;
        return watch;
    }

    synchronized void remove(Watch watch) {
        KeyRange range = watch.request().range();
        if (!range.isSingle()) {
            if (ranges.remove(range, watch)) size--;
            return;
        }
        List<Watch> watches = exact.get(range.from());
        if (watches == null || !watches.remove(watch)) return;
        size--;
        if (watches.isEmpty()) exact.remove(range.from());
    }

    /** Apply thread only, after the batch has become visible in the view. */
    public void publish(EventBatch batch) {
        List<Watch> touched = new ArrayList<>();
        synchronized (this) {
            if (hasGap(batch)) {
                all(watch -> {
                    watch.fallBehind();
                    touched.add(watch);
                });
            } else {
                offerByKey(batch.events(), touched);
                if (!ranges.isEmpty()) for (KeyEvent event : batch.events()) offerToRanges(event, touched);
            }
            published = Math.max(published, batch.revision());
            for (Watch watch : touched) watch.untouch();
            fanout = touched.size();
        }
        for (Watch watch : touched) watch.wake();
    }

    /** A whole state was installed: the events in between were never published. */
    private boolean hasGap(EventBatch batch) {
        long first = batch.events().isEmpty()
                ? batch.revision() + 1
                : batch.events().getFirst().revision().main();
        return first > published + 1;
    }

    /** All that happened to a key goes to its watches together: with many of them, taking their locks is most of the work. */
    private void offerByKey(List<KeyEvent> events, List<Watch> touched) {
        if (exact.isEmpty()) return;
        Map<Bytes, List<KeyEvent>> byKey = new LinkedHashMap<>();
        for (KeyEvent event : events) {
            if (!exact.containsKey(event.key())) continue;
            List<KeyEvent> together = byKey.computeIfAbsent(event.key(), key -> new ArrayList<>(2));
            if (isFull(together, event)) {
                offerTogether(together, touched);
                together.clear();
            }
            together.add(event);
        }
        byKey.values().forEach(together -> offerTogether(together, touched));
    }

    /** A poll takes them all or none. */
    private static boolean isFull(List<KeyEvent> together, KeyEvent next) {
        long bytes = 0;
        for (KeyEvent event : together) bytes += event.sizeBytes();
        boolean much = together.size() >= MAX_TOGETHER || bytes >= MAX_TOGETHER_BYTES;
        return much && together.getLast().revision().main() != next.revision().main();
    }

    private void offerTogether(List<KeyEvent> ofOneKey, List<Watch> touched) {
        Queued queued = new Queued(List.copyOf(ofOneKey), queuedBytes);
        exact.getOrDefault(ofOneKey.getFirst().key(), List.of()).forEach(handing(queued, touched));
        queued.letGo();
    }

    private void offerToRanges(KeyEvent event, List<Watch> touched) {
        Queued queued = new Queued(List.of(event), queuedBytes);
        ranges.forEachContaining(event.key(), handing(queued, touched));
        queued.letGo();
    }

    private Consumer<Watch> handing(Queued queued, List<Watch> touched) {
        Watch.Room room = room(queuedBytes.get() - queued.sizeBytes());
        return watch -> {
            watch.offer(queued, room);
            if (watch.touch()) touched.add(watch);
        };
    }

    private Watch.Room room(long waiting) {
        if (waiting <= maxQueuedBytes) return Watch.Room.ENOUGH;
        return waiting <= 2 * maxQueuedBytes ? Watch.Room.LITTLE : Watch.Room.NONE;
    }

    private void all(Consumer<Watch> visitor) {
        for (List<Watch> watches : exact.values()) watches.forEach(visitor);
        ranges.forEach(visitor);
    }

    /** Under the lock, so that no event is published between the look at {@code published} and the end of falling behind. */
    synchronized void caughtUp(Watch watch, long revision) {
        watch.reach(revision, published);
    }

    /** The answer to a progress request: a revision that every one of these watches has reached, or nothing. */
    public OptionalLong progress(Collection<Watch> watches) {
        long reached = published;
        for (Watch watch : watches) if (!watch.hasReached(reached)) return OptionalLong.empty();
        return OptionalLong.of(reached);
    }

    public synchronized int size() {
        return size;
    }

    /** Bytes of events that wait in queues. */
    public long queuedBytes() {
        return queuedBytes.get();
    }

    /** How many watches the last publication reached. */
    public int fanout() {
        return fanout;
    }

    long published() {
        return published;
    }

    MvccView view() {
        return views.get();
    }
}
