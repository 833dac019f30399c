package dev.quorate.store.api;

import dev.quorate.store.Bytes;
import dev.quorate.store.api.wire.Header;
import dev.quorate.store.api.wire.Reply;
import dev.quorate.store.api.wire.Responses;
import dev.quorate.store.mvcc.KeyRange;
import dev.quorate.store.mvcc.KeyValue;
import dev.quorate.store.mvcc.RangeQuery;
import dev.quorate.store.mvcc.RangeQuery.Filters;
import dev.quorate.store.mvcc.RangeQuery.Order;
import dev.quorate.store.mvcc.RangeQuery.Target;
import dev.quorate.store.mvcc.RangeResult;
import dev.quorate.store.node.Node;
import dev.quorate.store.state.Refusal;
import io.grpc.stub.ServerCallStreamObserver;
import java.util.Arrays;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * One answer to RangeStream: the keys at one revision from the first piece to the last, in pieces of about
 * the size of the largest request (the first is short, so that the client has something soon), each read only when the
 * client has taken the ones before.
 *
 * <p>Runs on the readers, one task at a time. Header, more and count come with the last piece.
 */
final class RangeStream {
    private static final int FIRST_KEYS = 10;

    private final Served served;
    private final long pieceBytes;
    private final RangeQuery query;
    private final ServerCallStreamObserver<Reply> out;
    private final AtomicInteger wanted = new AtomicInteger();
    private Bytes from;
    /** The newest revision when the stream began; 0 before that. */
    private long begun;

    private long sent;
    private long total = -1;
    private boolean over;

    RangeStream(Served served, long pieceBytes, RangeQuery query, ServerCallStreamObserver<Reply> out) {
        this.served = served;
        this.pieceBytes = pieceBytes;
        this.query = query;
        this.out = out;
        this.from = query.range().from();
        out.setOnReadyHandler(this::wake);
        out.setOnCancelHandler(() -> {});
    }

    /** Why such a question is not answered in pieces, if it is not. */
    static Optional<String> unsupported(RangeQuery query) {
        boolean inOrder = query.sort().order() == Order.NONE
                || (query.sort().target() == Target.KEY && query.sort().order() == Order.ASCEND);
        if (!inOrder || query.sort().target() != Target.KEY)
            return Optional.of("RangeStream does not support custom sort orders");
        if (!query.filters().equals(Filters.NONE)) return Optional.of("RangeStream does not support revision filters");
        return Optional.empty();
    }

    void begin() {
        Node node = served.node();
        synchronized (this) {
            begun = node.state().view().revision();
        }
        wake();
    }

    private void wake() {
        if (wanted.getAndIncrement() == 0) Answers.run(served.readers(), out, this::work);
    }

    private void work() {
        int seen = wanted.get();
        do {
            while (!out.isCancelled() && out.isReady() && piece()) {}
            seen = wanted.addAndGet(-seen);
        } while (seen != 0);
    }

    /**
     * Sends one piece; false when there is nothing (more) to send now.
     *
     * <p>Each piece is read in the picture of its own moment, at the revision of the beginning: to keep the first picture would
     * keep all of the index that has changed since, for as long as a client likes to wait.
     */
    private synchronized boolean piece() {
        if (begun == 0 || over) return false;
        Optional<Refusal> silence = served.node().silence();
        if (silence.isPresent()) {
            fail(silence.get());
            return false;
        }
        long left = query.limit() <= 0 ? Long.MAX_VALUE : query.limit() - sent;
        long revision = query.revision() <= 0 ? begun : query.revision();
        RangeQuery next = new RangeQuery(
                KeyRange.of(from, query.range().rangeEnd()),
                revision,
                sent == 0 ? Math.min(left, FIRST_KEYS) : left,
                query.sort(),
                query.filters(),
                query.shape());
        switch (served.node().state().view().piece(next, pieceBytes)) {
            case RangeResult.Found found -> send(found, left);
            case RangeResult.Compacted compacted -> fail(Refusal.COMPACTED);
            case RangeResult.Future future -> fail(Refusal.FUTURE_REVISION);
            case RangeResult.TooLarge large -> fail(Refusal.ANSWER_TOO_LARGE);
        }
        return !over;
    }

    private void fail(Refusal refusal) {
        over = true;
        Answers.refuse(out, refusal);
    }

    private void send(RangeResult.Found found, long left) {
        if (total < 0) total = found.count();
        int keys = found.encoded().size();
        sent += keys;
        over = !found.more() || keys >= left;
        Node node = served.node();
        Reply piece = over
                ? Responses.range(
                        Header.of(node, begun), new RangeResult.Found(found.encoded(), found.more(), total, begun))
                : Responses.piece(found);
        if (!over) {
            Bytes last = KeyValue.decode(found.encoded().getLast()).key();
            from = Bytes.wrap(Arrays.copyOf(last.shared(), last.size() + 1));
        }
        out.onNext(Responses.streamed(piece));
        if (over) out.onCompleted();
    }
}
