package dev.quorate.store.api;

import dev.quorate.proto.etcdserverpb.LeaseKeepAliveRequest;
import dev.quorate.proto.etcdserverpb.LeaseKeepAliveResponse;
import dev.quorate.store.api.wire.Header;
import dev.quorate.store.node.Node;
import dev.quorate.store.node.port.LeaderCall;
import dev.quorate.store.state.Refusal;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.CompletableFuture;

/** One stream of lease renewals: asks for all of them at once and answers in the order of the requests. */
final class KeepAlives implements StreamObserver<LeaseKeepAliveRequest> {
    /** A client that asks for more before it has read the answers must wait. */
    private static final int MAX_UNANSWERED = 1_000;

    private final Served served;
    private final ServerCallStreamObserver<LeaseKeepAliveResponse> out;
    private final Deque<Renewal> waiting = new ArrayDeque<>();
    private Runnable onEnd = () -> {};
    private boolean noMoreRequests;
    private boolean over;

    /** The header is that of the moment before the renewal, as in etcd. */
    private record Renewal(long id, Header header, CompletableFuture<LeaderCall.Answer> answer) {}

    KeepAlives(Served served, ServerCallStreamObserver<LeaseKeepAliveResponse> out) {
        this.served = served;
        this.out = out;
    }

    void open(Runnable whenOver) {
        onEnd = whenOver;
        out.disableAutoRequest();
        out.setOnReadyHandler(this::answerReady);
        out.setOnCancelHandler(this::end);
        out.request(1);
    }

    @Override
    public void onNext(LeaseKeepAliveRequest request) {
        Node node = served.node();
        Renewal renewal =
                new Renewal(request.getID(), Header.of(node), node.calls().renewLease(request.getID()));
        boolean room;
        synchronized (this) {
            waiting.addLast(renewal);
            room = waiting.size() < MAX_UNANSWERED;
        }
        if (room) out.request(1);
        var _ = renewal.answer().whenComplete((answer, failure) -> answerReady());
    }

    private synchronized void answerReady() {
        while (!over
                && out.isReady()
                && !waiting.isEmpty()
                && waiting.getFirst().answer().isDone()) {
            if (waiting.size() == MAX_UNANSWERED) out.request(1);
            answer(waiting.removeFirst());
        }
        if (!over && noMoreRequests && waiting.isEmpty()) {
            out.onCompleted();
            end();
        }
    }

    private void answer(Renewal renewal) {
        if (renewal.answer().isCompletedExceptionally()) {
            fail(Refusal.TIMEOUT);
            return;
        }
        LeaderCall.Answer answer = renewal.answer().join();
        if (!answer.refusal().isEmpty()) {
            fail(Refusal.valueOf(answer.refusal()));
            return;
        }
        out.onNext(LeaseKeepAliveResponse.newBuilder()
                .setHeader(renewal.header().message())
                .setID(renewal.id())
                .setTTL(answer.ttlSeconds())
                .build());
    }

    synchronized void leaderLost() {
        if (!over) fail(Refusal.NO_LEADER);
    }

    private void fail(Refusal reason) {
        Answers.refuse(out, reason);
        end();
    }

    @Override
    public void onError(Throwable failure) {
        end();
    }

    @Override
    public void onCompleted() {
        synchronized (this) {
            noMoreRequests = true;
        }
        answerReady();
    }

    private synchronized void end() {
        if (over) return;
        over = true;
        waiting.clear();
        onEnd.run();
    }
}
