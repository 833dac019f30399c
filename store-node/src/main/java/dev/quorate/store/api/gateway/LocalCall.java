package dev.quorate.store.api.gateway;

import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.ServerCall;
import io.grpc.ServerMethodDefinition;
import io.grpc.Status;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/** A call of one request and one answer, as a service sees it, without a transport below; the messages stay objects. */
final class LocalCall<Q, R> extends ServerCall<Q, R> {
    private final MethodDescriptor<Q, R> method;
    private Optional<R> reply = Optional.empty();
    private final CompletableFuture<Answer<R>> answer = new CompletableFuture<>();

    /** How it ended, and what came if it went well. */
    record Answer<R>(Status status, Optional<R> reply) {}

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
        reply = Optional.of(message);
    }

    @Override
    public synchronized void close(Status status, Metadata trailers) {
        answer.complete(new Answer<>(status, reply));
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
