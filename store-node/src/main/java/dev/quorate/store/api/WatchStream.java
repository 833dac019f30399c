package dev.quorate.store.api;

import dev.quorate.proto.etcdserverpb.WatchCancelRequest;
import dev.quorate.proto.etcdserverpb.WatchCreateRequest;
import dev.quorate.proto.etcdserverpb.WatchRequest;
import dev.quorate.store.Bytes;
import dev.quorate.store.api.wire.Header;
import dev.quorate.store.api.wire.Reply;
import dev.quorate.store.api.wire.Requests;
import dev.quorate.store.api.wire.Statuses;
import dev.quorate.store.api.wire.WatchReplies;
import dev.quorate.store.mvcc.KeyEvent;
import dev.quorate.store.mvcc.KeyRange;
import dev.quorate.store.node.Node;
import dev.quorate.store.state.Refusal;
import dev.quorate.store.watch.Polled;
import dev.quorate.store.watch.Watch;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Queue;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One watch stream of one client, with many watches on it.
 *
 * <p>Everything that happens to it (a request, news for a watch, room in the transport, the end) is put into a queue
 * and worked off by one task at a time on the pumps; so nothing here needs a lock, publishing never waits, and a client
 * that reads slowly costs nobody anything: its watches stay where they are in the history until there is room again.
 * The next request is only asked for when the one before has been worked off and its answer has left.
 */
final class WatchStream implements StreamObserver<WatchRequest> {
    private static final Logger LOG = LoggerFactory.getLogger(WatchStream.class);
    private static final Bytes ZERO = Bytes.wrap(new byte[1]);
    private static final long POLL_BYTES = 1 << 20;
    /** After so many messages, or so long, other streams get their turn. */
    private static final int MESSAGES_PER_TURN = 64;

    private static final long NANOS_PER_TURN = 5_000_000;

    /**
     * Where one event goes to many watches, messages cost more than what is in them: a stream that has had its turn waits
     * a moment for each of these watches, so that the next message brings more. With few watches that is nothing.
     */
    private static final long REST_NANOS_PER_WATCH = 10_000;

    private static final long LONGEST_REST_NANOS = 10_000_000;

    /**
     * Few events for few watches go as one message for each revision, as etcd sends what happens now: some clients count
     * messages. What was missed comes together, there as here.
     */
    private static final int FEW = 16;

    private static final long NO_WATCH = -1;

    private final Node node;
    private final ScheduledExecutorService pumps;
    private final ServerCallStreamObserver<Reply> out;
    private final Queue<Runnable> happened = new ConcurrentLinkedQueue<>();
    private final Queue<OpenWatch> news = new ConcurrentLinkedQueue<>();
    private final AtomicInteger wanted = new AtomicInteger();
    private final AtomicBoolean wakesLater = new AtomicBoolean();
    private volatile long restsUntil = System.nanoTime();
    private final TreeMap<Long, OpenWatch> watches = new TreeMap<>();
    private Runnable onEnd = () -> {};
    private long nextId;
    private boolean owesRequest;
    private int progressOwed;
    private boolean over;

    WatchStream(Served served, ScheduledExecutorService pumps, ServerCallStreamObserver<Reply> out) {
        this.node = served.node();
        this.pumps = pumps;
        this.out = out;
    }

    /** Must be called before the call is handed to the transport. */
    void open(Runnable whenOver) {
        onEnd = whenOver;
        out.disableAutoRequest();
        out.setOnReadyHandler(this::wake);
        out.setOnCancelHandler(() -> tell(this::end));
        out.request(1);
    }

    @Override
    public void onNext(WatchRequest request) {
        tell(() -> accept(request));
    }

    @Override
    public void onError(Throwable failure) {
        tell(this::end);
    }

    /** The client has no more requests, but still listens. */
    @Override
    public void onCompleted() {}

    void leaderLost() {
        tell(() -> fail(Refusal.NO_LEADER));
    }

    /** A member that stopped or began anew publishes nothing to watches of before: the client must ask again. */
    void checkNode(Optional<Node> now) {
        if (now.isEmpty() || !now.get().equals(node)) tell(() -> fail(Refusal.STOPPED));
    }

    void tellProgress() {
        tell(this::progressOfEach);
    }

    private void tell(Runnable event) {
        happened.add(event);
        wake();
    }

    private void heardOf(OpenWatch watch) {
        if (!watch.announced.compareAndSet(false, true)) return;
        news.add(watch);
        long pauseNanos = restsUntil - System.nanoTime();
        if (pauseNanos > 0) wakeAfter(pauseNanos);
        else wake();
    }

    private void wakeAfter(long pauseNanos) {
        if (!wakesLater.compareAndSet(false, true)) return;
        var _ = pumps.schedule(
                () -> {
                    wakesLater.set(false);
                    wake();
                },
                pauseNanos,
                TimeUnit.NANOSECONDS);
    }

    private void wake() {
        if (wanted.getAndIncrement() == 0) pumps.execute(this::work);
    }

    private void work() {
        int seen = wanted.get();
        try {
            boolean moreToDo = turn();
            if (wanted.addAndGet(-seen) != 0) pumps.execute(this::work);
            else if (moreToDo) wake();
        } catch (RuntimeException | Error broken) {
            LOG.error("a watch stream failed", broken);
            out.onError(Statuses.exception(broken));
            end();
            throw broken;
        }
    }

    /** Works off what there is, as far as there is room; true if it stopped only to let others have their turn. */
    private boolean turn() {
        for (Runnable event = happened.poll(); event != null; event = happened.poll()) {
            if (!over) event.run();
        }
        if (owesRequest && !over && out.isReady()) {
            owesRequest = false;
            out.request(1);
        }
        long begin = System.nanoTime();
        if (restsUntil - begin > 0 && !news.isEmpty()) {
            wakeAfter(restsUntil - begin);
            return false;
        }
        int messages = 0;
        boolean sent = false;
        long end = begin + NANOS_PER_TURN;
        while (!over && out.isReady()) {
            OpenWatch watch = news.poll();
            if (watch == null) {
                if (sent) restsUntil = begin + restNanos();
                tellOwedProgress();
                return false;
            }
            if (watch.closed) continue;
            if (messages++ == MESSAGES_PER_TURN || (messages > 1 && System.nanoTime() - end > 0)) {
                news.add(watch);
                return true;
            }
            sent |= deliver(watch);
        }
        return false;
    }

    private long restNanos() {
        return Math.min(
                LONGEST_REST_NANOS, REST_NANOS_PER_WATCH * node.watches().fanout());
    }

    /** Returns whether there was something. */
    private boolean deliver(OpenWatch watch) {
        Optional<Refusal> silence = node.silence();
        if (silence.isPresent()) {
            fail(silence.get());
            return false;
        }
        watch.announced.set(false);
        switch (watch.watch.poll(POLL_BYTES)) {
            case Polled.Events events -> {
                send(watch, events);
                if (events.more()) heardOf(watch);
                return !events.events().isEmpty();
            }
            case Polled.Nothing nothing -> {}
            case Polled.Compacted compacted -> {
                close(watch);
                send(WatchReplies.compacted(Header.of(node, 0), watch.id, compacted.compactRevision()));
            }
        }
        return false;
    }

    private void send(OpenWatch watch, Polled.Events polled) {
        List<KeyEvent> events = polled.events();
        int from = 0;
        if (!polled.more() && events.size() <= FEW && node.watches().fanout() <= FEW) {
            for (int i = 1; i < events.size(); i++) {
                long revision = events.get(i - 1).revision().main();
                if (events.get(i).revision().main() == revision) continue;
                send(watch, events.subList(from, i), revision);
                from = i;
            }
        }
        if (!events.isEmpty()) send(watch, events.subList(from, events.size()), polled.headerRevision());
    }

    private void send(OpenWatch watch, List<KeyEvent> events, long headerRevision) {
        List<Bytes> encoded = new ArrayList<>(events.size());
        if (watch.previous) {
            var view = node.state().view();
            for (var event : events) encoded.add(event.encodedWithPrevious(view));
        } else {
            for (var event : events) encoded.add(event.encoded());
        }
        watch.quiet = false;
        Header header = Header.of(node, headerRevision);
        long limit = watch.fragment ? fragmentBytes(node) : Long.MAX_VALUE;
        for (Reply reply : WatchReplies.events(header, watch.id, encoded, limit)) send(reply);
    }

    private static long fragmentBytes(Node node) {
        return node.config().serving().limits().maxRequestBytes() + ClientPort.GRPC_OVERHEAD_BYTES;
    }

    private void accept(WatchRequest request) {
        switch (request.getRequestUnionCase()) {
            case CREATE_REQUEST -> create(request.getCreateRequest());
            case CANCEL_REQUEST -> cancel(request.getCancelRequest());
            case PROGRESS_REQUEST -> progressOwed++;
            case REQUESTUNION_NOT_SET -> {}
        }
        owesRequest = true;
    }

    private void create(WatchCreateRequest request) {
        KeyRange range = Requests.range(request.getKey(), request.getRangeEnd());
        if (range.from().isEmpty()) range = KeyRange.of(ZERO, range.rangeEnd());
        if (request.getStartRevision() < 0) {
            refuse(Statuses.text(Refusal.COMPACTED));
            return;
        }
        if (range.isEmpty()) {
            refuse("mvcc: watcher range is empty");
            return;
        }
        long id = request.getWatchId();
        if (id == 0) id = freeId();
        else if (watches.containsKey(id)) {
            refuse("mvcc: duplicate watch ID provided on the WatchStream");
            return;
        }
        OpenWatch watch = new OpenWatch(id, request);
        // News may come before open has returned; they wait behind this very task.
        watch.watch = node.watches().open(OpenWatch.wish(request, range), () -> heardOf(watch));
        watches.put(id, watch);
        send(WatchReplies.created(Header.of(node, watch.watch.openedAt()), id));
        heardOf(watch);
    }

    private long freeId() {
        while (watches.containsKey(nextId)) nextId++;
        return nextId++;
    }

    private void refuse(String reason) {
        send(WatchReplies.notCreated(header(), NO_WATCH, reason));
    }

    private void cancel(WatchCancelRequest request) {
        OpenWatch watch = watches.get(request.getWatchId());
        if (watch == null) return;
        close(watch);
        send(WatchReplies.canceled(header(), watch.id));
    }

    /** When all news are told: while they come, some watch is always a little behind. */
    private void tellOwedProgress() {
        if (watches.isEmpty()) progressOwed = 0;
        if (progressOwed == 0) return;
        List<Watch> all = new ArrayList<>(watches.size());
        for (OpenWatch watch : watches.values()) all.add(watch.watch);
        OptionalLong reached = node.watches().progress(all);
        for (; reached.isPresent() && progressOwed > 0; progressOwed--)
            send(WatchReplies.progress(Header.of(node, reached.getAsLong()), NO_WATCH));
    }

    private void progressOfEach() {
        for (OpenWatch watch : watches.values()) {
            if (!watch.progress) continue;
            boolean quiet = watch.quiet;
            watch.quiet = true;
            OptionalLong reached = quiet ? watch.watch.progress() : OptionalLong.empty();
            if (reached.isPresent()) send(WatchReplies.progress(Header.of(node, reached.getAsLong()), watch.id));
        }
    }

    private Header header() {
        return Header.of(node);
    }

    private void send(Reply reply) {
        if (!over) out.onNext(reply);
    }

    private void fail(Refusal reason) {
        Answers.refuse(out, reason);
        end();
    }

    private void close(OpenWatch watch) {
        watch.closed = true;
        watch.watch.close();
        watches.remove(watch.id);
    }

    private void end() {
        if (over) return;
        over = true;
        for (OpenWatch watch : List.copyOf(watches.values())) close(watch);
        onEnd.run();
    }
}
