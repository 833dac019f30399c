package dev.quorate.store.api.gateway;

import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.ServerCall;
import io.grpc.ServerMethodDefinition;
import io.grpc.Status;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/** A call of one request, as a service sees it, without a transport below; the messages stay objects. */
final class LocalCall<Q, R> extends ServerCall<Q, R> {
    private final MethodDescriptor<Q, R> method;
    private final List<R> replies = new ArrayList<>();
    private final CompletableFuture<Answer<R>> answer = new CompletableFuture<>();

    /** How it ended, and what came before. */
    record Answer<R>(Status status, List<R> replies) {}

    private LocalCall(MethodDescriptor<Q, R> method) {
        this.method = method;
    }

    static <Q, R> CompletableFuture<Answer<R>> run(ServerMethodDefinition<Q, R> method, Metadata metadata, Q request) {
        LocalCall<Q, R> call = new LocalCall<>(method.getMethodDescriptor());
        Listener<Q> listener = method.getServerCallHandler().startCall(call, metadata);
        if (!call.answer.isDone()) listener.onMessage(request);
        if (!call.answer.isDone()) listener.onHalfClose();
        return call.answer.whenComplete((ended, failure) -> listener.onComplete());
    }

    @Override
    public void request(int messages) {}

    @Override
    public void sendHeaders(Metadata headers) {}

    @Override
    public synchronized void sendMessage(R message) {
        replies.add(message);
    }

    @Override
    public synchronized void close(Status status, Metadata trailers) {
        answer.complete(new Answer<>(status, List.copyOf(replies)));
    }

    @Override
    public boolean isReady() {
        return true;
    }

    @Override
    public boolean isCancelled() {
        return false;
    }

    @Override
    public MethodDescriptor<Q, R> getMethodDescriptor() {
        return method;
    }
}
