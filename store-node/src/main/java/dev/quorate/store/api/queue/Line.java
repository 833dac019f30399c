package dev.quorate.store.api.queue;

import dev.quorate.store.Bytes;
import dev.quorate.store.api.wire.Header;
import dev.quorate.store.mvcc.EventKind;
import dev.quorate.store.mvcc.KeyEvent;
import dev.quorate.store.mvcc.KeyRange;
import dev.quorate.store.mvcc.KeyValue;
import dev.quorate.store.mvcc.RangeQuery;
import dev.quorate.store.mvcc.RangeQuery.Filters;
import dev.quorate.store.mvcc.RangeQuery.Order;
import dev.quorate.store.mvcc.RangeQuery.Shape;
import dev.quorate.store.mvcc.RangeQuery.Sort;
import dev.quorate.store.mvcc.RangeQuery.Target;
import dev.quorate.store.mvcc.RangeResult;
import dev.quorate.store.node.Node;
import dev.quorate.store.state.Command;
import dev.quorate.store.state.Compare;
import dev.quorate.store.state.Op;
import dev.quorate.store.state.Outcome;
import dev.quorate.store.state.Refusal;
import dev.quorate.store.watch.Polled;
import dev.quorate.store.watch.Watch;
import dev.quorate.store.watch.WatchRequest;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;

/** Everybody who waits for one name, in the order in which they came. Its methods block. */
final class Line {
    private static final long SESSION_TTL_SECONDS = 60;
    private static final long RENEW_SECONDS = SESSION_TTL_SECONDS / 3;
    private static final long POLL_BYTES = 1 << 16;

    private final Node node;
    private final Bytes prefix;
    private long granted;

    /** Somebody's key, with the revision that created it and the lease that holds it. */
    record Place(Bytes key, long revision, long lease) {}

    Line(Node node, Bytes name) {
        this.node = node;
        this.prefix = joined(name, "/");
    }

    private static Bytes joined(Bytes bytes, String text) {
        Bytes more = Bytes.utf8(text);
        byte[] all = new byte[bytes.size() + more.size()];
        System.arraycopy(bytes.shared(), 0, all, 0, bytes.size());
        System.arraycopy(more.shared(), 0, all, bytes.size(), more.size());
        return Bytes.wrap(all);
    }

    /**
     * The lease that was named, or a new one, which is kept alive while it waits. To renew the one that was named is its
     * client's affair, as in etcd: only so it ends with the client.
     */
    long session(long lease) throws InterruptedException {
        if (lease != 0) {
            var _ = await(node.calls().renewLease(lease));
            return lease;
        }
        long id = ThreadLocalRandom.current().nextLong(1, Long.MAX_VALUE);
        granted = ((Outcome.LeaseGranted) propose(new Command.LeaseGrant(id, SESSION_TTL_SECONDS))).id();
        return granted;
    }

    /** Goes to the end of the line, or stays where this lease already stands. */
    Place enter(long lease, Bytes value) throws InterruptedException {
        Bytes key = joined(prefix, Long.toHexString(lease));
        Outcome.TxnDone done = txn(
                absent(key),
                List.of(new Op.Put(key, value, lease, false, false, false)),
                List.of(new Op.Range(RangeQuery.get(key))));
        if (done.succeeded()) return new Place(key, done.revision(), lease);
        KeyValue there = ((Outcome.RangeDone) done.results().getFirst())
                .found()
                .keyValues()
                .getFirst();
        Place place = new Place(key, there.createRevision(), lease);
        if (!there.value().equals(value)) {
            var _ = proclaim(place, value);
        }
        return place;
    }

    /** Returns when nobody who came earlier is left; whoever does not want to wait any longer leaves the line. */
    void awaitTurn(Place place) throws InterruptedException {
        try {
            while (true) {
                RangeResult.Found before = read(new RangeQuery(
                        KeyRange.prefix(prefix),
                        0,
                        1,
                        new Sort(Order.DESCEND, Target.CREATE),
                        new Filters(0, 0, 0, place.revision() - 1),
                        Shape.FULL));
                if (before.encoded().isEmpty()) return;
                awaitDeletion(before.keyValues().getFirst().key(), before.revision() + 1);
            }
        } catch (InterruptedException | Refused gone) {
            var _ = node.propose(new Op.DeleteRange(KeyRange.single(place.key()), false));
            throw gone;
        }
    }

    private void awaitDeletion(Bytes key, long from) throws InterruptedException {
        try (News news = new News(KeyRange.single(key), from, true)) {
            while (news.next().isEmpty()) {}
        }
    }

    /** The first in the line. */
    RangeResult.Found first() throws InterruptedException {
        return read(new RangeQuery(
                KeyRange.prefix(prefix), 0, 1, new Sort(Order.ASCEND, Target.CREATE), Filters.NONE, Shape.FULL));
    }

    KeyRange keys() {
        return KeyRange.prefix(prefix);
    }

    RangeResult.Found get(Bytes key) throws InterruptedException {
        return read(RangeQuery.get(key));
    }

    Header header(long revision) {
        return Header.of(node, revision);
    }

    /** Changes the value of a place that is still held. */
    Outcome.TxnDone proclaim(Place place, Bytes value) throws InterruptedException {
        return txn(held(place), List.of(new Op.Put(place.key(), value, place.lease(), false, false, false)), List.of());
    }

    /** Gives a place up; nothing happens if it is no longer held. */
    Outcome.TxnDone leave(Place place) throws InterruptedException {
        return txn(held(place), List.of(new Op.DeleteRange(KeyRange.single(place.key()), false)), List.of());
    }

    private static Compare absent(Bytes key) {
        return new Compare(KeyRange.single(key), Compare.Relation.EQUAL, new Compare.Operand.CreateRevision(0));
    }

    private static Compare held(Place place) {
        return new Compare(
                KeyRange.single(place.key()),
                Compare.Relation.EQUAL,
                new Compare.Operand.CreateRevision(place.revision()));
    }

    private Outcome.TxnDone txn(Compare compare, List<Op> then, List<Op> orElse) throws InterruptedException {
        return (Outcome.TxnDone) propose(new Op.Txn(List.of(compare), then, orElse));
    }

    private Outcome propose(Command command) throws InterruptedException {
        return propose(node, command);
    }

    static Outcome propose(Node node, Command command) throws InterruptedException {
        Outcome outcome = await(node.propose(command));
        if (outcome instanceof Outcome.Refused refused) throw new Refused(refused.reason());
        return outcome;
    }

    private RangeResult.Found read(RangeQuery query) throws InterruptedException {
        Optional<Refusal> refusal = await(node.readPoint());
        if (refusal.isEmpty()) refusal = node.silence();
        if (refusal.isPresent()) throw new Refused(refusal.get());
        return (RangeResult.Found) node.state().range(query);
    }

    private static <T> T await(CompletableFuture<T> answer) throws InterruptedException {
        try {
            return answer.get();
        } catch (ExecutionException broken) {
            throw new IllegalStateException(broken.getCause());
        }
    }

    /** What happens to some keys from a revision on. */
    final class News implements AutoCloseable {
        private final Semaphore come = new Semaphore(0);
        private final Watch watch;

        News(KeyRange range, long from, boolean deletionsOnly) {
            watch = node.watches().open(new WatchRequest(range, from, deletionsOnly, false), come::release);
        }

        /** Waits a while, not longer than a lease can wait for its renewal. */
        List<KeyEvent> next() throws InterruptedException {
            if (node.isStopped()) throw new Refused(Refusal.STOPPED);
            return switch (polled()) {
                case Polled.Events events -> events.events();
                case Polled.Nothing nothing -> {
                    boolean in = come.tryAcquire(RENEW_SECONDS, TimeUnit.SECONDS);
                    if (!in && granted != 0) {
                        var _ = await(node.calls().renewLease(granted));
                    }
                    yield List.of();
                }
                case Polled.Compacted compacted -> throw new Refused(Refusal.COMPACTED);
            };
        }

        /** On another thread: who cancels interrupts this one, and an interrupt in a read would close the file for all. */
        private Polled polled() throws InterruptedException {
            CompletableFuture<Polled> answer = new CompletableFuture<>();
            Thread.ofVirtual().start(() -> {
                try {
                    answer.complete(watch.poll(POLL_BYTES));
                } catch (RuntimeException | Error broken) {
                    answer.completeExceptionally(broken);
                }
            });
            return await(answer);
        }

        @Override
        public void close() {
            watch.close();
        }
    }

    static boolean isDeletion(KeyEvent event) {
        return event.kind() == EventKind.DELETE;
    }
}
