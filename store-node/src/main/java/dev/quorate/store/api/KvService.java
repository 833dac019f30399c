package dev.quorate.store.api;

import dev.quorate.proto.etcdserverpb.CompactionRequest;
import dev.quorate.proto.etcdserverpb.DeleteRangeRequest;
import dev.quorate.proto.etcdserverpb.KVGrpc;
import dev.quorate.proto.etcdserverpb.PutRequest;
import dev.quorate.proto.etcdserverpb.RangeRequest;
import dev.quorate.proto.etcdserverpb.RequestOp;
import dev.quorate.proto.etcdserverpb.TxnRequest;
import dev.quorate.store.Bytes;
import dev.quorate.store.api.wire.Header;
import dev.quorate.store.api.wire.Reply;
import dev.quorate.store.api.wire.ReplyMarshaller;
import dev.quorate.store.api.wire.Requests;
import dev.quorate.store.api.wire.Responses;
import dev.quorate.store.api.wire.Statuses;
import dev.quorate.store.mvcc.RangeQuery;
import dev.quorate.store.mvcc.RangeQuery.Shape;
import dev.quorate.store.mvcc.RangeResult;
import dev.quorate.store.node.Node;
import dev.quorate.store.state.Checks;
import dev.quorate.store.state.Command;
import dev.quorate.store.state.Op;
import dev.quorate.store.state.Outcome;
import dev.quorate.store.state.Refusal;
import dev.quorate.store.state.StoreState;
import io.grpc.MethodDescriptor;
import io.grpc.ServerServiceDefinition;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.ServerCalls;
import io.grpc.stub.StreamObserver;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Executor;

/** etcdserverpb.KV. */
final class KvService {
    /** Reads up to this many keys may run on the event loop when nothing has to be waited for. */
    private static final long FEW_KEYS = 4;

    /** So much is written to a client in no time. */
    private static final long SMALL_BYTES = 1 << 18;

    private final Served served;

    KvService(Served served) {
        this.served = served;
    }

    ServerServiceDefinition bind() {
        return ServerServiceDefinition.builder(KVGrpc.SERVICE_NAME)
                .addMethod(encoded(KVGrpc.getRangeMethod()), ServerCalls.asyncUnaryCall(this::range))
                .addMethod(encoded(KVGrpc.getRangeStreamMethod()), ServerCalls.asyncServerStreamingCall(this::stream))
                .addMethod(encoded(KVGrpc.getPutMethod()), ServerCalls.asyncUnaryCall(this::put))
                .addMethod(encoded(KVGrpc.getDeleteRangeMethod()), ServerCalls.asyncUnaryCall(this::delete))
                .addMethod(encoded(KVGrpc.getTxnMethod()), ServerCalls.asyncUnaryCall(this::txn))
                .addMethod(encoded(KVGrpc.getCompactMethod()), ServerCalls.asyncUnaryCall(this::compact))
                .build();
    }

    /** The same method with replies that bring their own bytes. */
    static <Q> MethodDescriptor<Q, Reply> encoded(MethodDescriptor<Q, ?> method) {
        return method.toBuilder(method.getRequestMarshaller(), new ReplyMarshaller())
                .build();
    }

    private void range(RangeRequest request, StreamObserver<Reply> observer) {
        Node node = served.node();
        RangeQuery query = Requests.range(request);
        Optional<Refusal> refusal = refusal(request, query, node);
        if (refusal.isPresent()) {
            Answers.refuse(observer, refusal.get());
            return;
        }
        if (!request.getSerializable()) {
            Answers.later(observer);
            Executor executor = isShort(query) ? served.here() : served.readers();
            Answers.whenReadable(node.readPoint(), observer, executor, () -> read(query, observer));
        } else if (isShort(query)) {
            read(query, observer);
        } else {
            Answers.later(observer);
            Answers.run(served.readers(), observer, () -> read(query, observer));
        }
    }

    private static Optional<Refusal> refusal(RangeRequest request, RangeQuery query, Node node) {
        if (!request.getSerializable() && CallGate.isLearner(node))
            return Optional.of(Refusal.NOT_SUPPORTED_FOR_LEARNER);
        Optional<Refusal> unreadable = Requests.unreadable(request);
        return unreadable.isPresent() ? unreadable : Checks.range(query);
    }

    private static boolean isShort(RangeQuery query) {
        return query.range().isSingle()
                || query.shape() == Shape.COUNT_ONLY
                || (query.limit() > 0
                        && query.limit() <= FEW_KEYS
                        && query.sort().equals(RangeQuery.Sort.DEFAULT)
                        && query.filters().equals(RangeQuery.Filters.NONE));
    }

    private void read(RangeQuery query, StreamObserver<Reply> observer) {
        Node node = served.node();
        StoreState state = node.state();
        Optional<Refusal> silence = node.silence();
        if (silence.isPresent()) {
            Answers.refuse(observer, silence.get());
            return;
        }
        switch (state.range(query)) {
            case RangeResult.Found found ->
                Answers.send(observer, Responses.range(Header.of(node, found.revision()), found));
            case RangeResult.Compacted compacted -> Answers.refuse(observer, Refusal.COMPACTED);
            case RangeResult.Future future -> Answers.refuse(observer, Refusal.FUTURE_REVISION);
            case RangeResult.TooLarge large -> Answers.refuse(observer, Refusal.ANSWER_TOO_LARGE);
        }
    }

    private void stream(RangeRequest request, StreamObserver<Reply> observer) {
        Node node = served.node();
        RangeQuery query = Requests.range(request);
        Optional<Refusal> refusal = refusal(request, query, node);
        if (refusal.isPresent()) {
            Answers.refuse(observer, refusal.get());
            return;
        }
        Optional<String> tooMuch = RangeStream.unsupported(query);
        if (tooMuch.isPresent()) {
            Answers.refuse(observer, Statuses.unimplemented(tooMuch.get()));
            return;
        }
        RangeStream stream = new RangeStream(
                served, node.config().serving().limits().maxRequestBytes(), query, (ServerCallStreamObserver<Reply>)
                        observer);
        if (request.getSerializable()) stream.begin();
        else Answers.whenReadable(node.readPoint(), observer, served.readers(), stream::begin);
    }

    private void put(PutRequest request, StreamObserver<Reply> observer) {
        Op.Put put = Requests.put(request);
        Optional<Refusal> refusal = Checks.put(put);
        if (refusal.isPresent()) {
            Answers.refuse(observer, refusal.get());
            return;
        }
        propose(put, observer);
    }

    private void delete(DeleteRangeRequest request, StreamObserver<Reply> observer) {
        Op.DeleteRange delete = Requests.delete(request);
        Optional<Refusal> refusal = Checks.delete(delete);
        if (refusal.isPresent()) {
            Answers.refuse(observer, refusal.get());
            return;
        }
        propose(delete, observer);
    }

    private void txn(TxnRequest request, StreamObserver<Reply> observer) {
        Node node = served.node();
        Op.Txn txn = Requests.txn(request);
        Optional<Refusal> refusal =
                Checks.txn(txn, node.config().serving().limits().maxTxnOps()).or(() -> Requests.unreadable(request));
        if (refusal.isPresent()) {
            Answers.refuse(observer, refusal.get());
            return;
        }
        if (!Checks.isReadOnly(txn)) {
            propose(txn, observer);
            return;
        }
        Answers.later(observer);
        Runnable read = () -> {
            Optional<Refusal> silence = node.silence();
            if (silence.isPresent()) Answers.refuse(observer, silence.get());
            else answer(node, node.state().read(txn), observer);
        };
        if (isSerializable(request)) Answers.run(served.readers(), observer, read);
        else Answers.whenReadable(node.readPoint(), observer, served.readers(), read);
    }

    private static boolean isSerializable(TxnRequest request) {
        return isSerializable(request.getSuccessList()) && isSerializable(request.getFailureList());
    }

    private static boolean isSerializable(List<RequestOp> ops) {
        for (RequestOp op : ops) if (!op.getRequestRange().getSerializable()) return false;
        return true;
    }

    private void compact(CompactionRequest request, StreamObserver<Reply> observer) {
        propose(Requests.compact(request), observer);
    }

    private void propose(Command command, StreamObserver<Reply> observer) {
        Node node = served.node();
        Answers.later(observer);
        Answers.when(node.propose(command), observer, outcome -> {
            // This is the thread that applies everybody's writes.
            if (isSmall(outcome)) answer(node, outcome, observer);
            else Answers.run(served.readers(), observer, () -> answer(node, outcome, observer));
        });
    }

    private static boolean isSmall(Outcome outcome) {
        return left(outcome, SMALL_BYTES) >= 0;
    }

    /** How much of so many bytes an outcome leaves; negative if it has more. */
    private static long left(Outcome outcome, long bytes) {
        return switch (outcome) {
            case Outcome.PutDone put -> bytes - put.previous().size();
            case Outcome.DeleteDone deleted -> left(deleted.previous(), bytes);
            case Outcome.RangeDone range -> left(range.found().encoded(), bytes);
            case Outcome.TxnDone txn -> {
                long left = bytes;
                for (Outcome one : txn.results()) if (left >= 0) left = left(one, left);
                yield left;
            }
            default -> bytes;
        };
    }

    private static long left(List<Bytes> encoded, long bytes) {
        long left = bytes - encoded.size();
        for (Bytes one : encoded) {
            if (left < 0) break;
            left -= one.size();
        }
        return left;
    }

    private static void answer(Node node, Outcome outcome, StreamObserver<Reply> observer) {
        switch (outcome) {
            case Outcome.PutDone done -> Answers.send(observer, Responses.put(Header.of(node, done.revision()), done));
            case Outcome.DeleteDone done ->
                Answers.send(observer, Responses.delete(Header.of(node, done.revision()), done));
            case Outcome.TxnDone done -> Answers.send(observer, Responses.txn(Header.of(node, done.revision()), done));
            case Outcome.Compacted done ->
                Answers.send(observer, Responses.compaction(Header.of(node, done.revision())));
            case Outcome.Refused refused -> Answers.refuse(observer, refused.reason());
            default -> Answers.refuse(observer, Refusal.UNKNOWN_COMMAND);
        }
    }
}
