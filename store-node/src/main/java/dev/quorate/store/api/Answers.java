package dev.quorate.store.api;

import dev.quorate.store.api.wire.Statuses;
import dev.quorate.store.state.Outcome;
import dev.quorate.store.state.Refusal;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.function.Consumer;

/** Ends unary calls: with a reply, with a refusal, or not at all when the client is gone. */
final class Answers {
    private Answers() {}

    /**
     * To be called before the call is left to another thread: a client that went away is then no error for whoever
     * answers later.
     */
    static <T> StreamObserver<T> later(StreamObserver<T> observer) {
        ((ServerCallStreamObserver<T>) observer).setOnCancelHandler(() -> {});
        return observer;
    }

    static <T> void send(StreamObserver<T> observer, T reply) {
        observer.onNext(reply);
        observer.onCompleted();
    }

    static void refuse(StreamObserver<?> observer, Refusal reason) {
        observer.onError(Statuses.exception(reason));
    }

    static void refuse(StreamObserver<?> observer, Status status) {
        observer.onError(Statuses.exception(status));
    }

    /** When the outcome is there: the refusal to the client, anything else to the consumer. */
    static void when(CompletableFuture<Outcome> outcome, StreamObserver<?> observer, Consumer<Outcome> done) {
        var _ = outcome.whenComplete((value, failure) -> {
            if (failure != null) failed(observer, failure);
            else if (value instanceof Outcome.Refused refused) refuse(observer, refused.reason());
            else accept(observer, () -> done.accept(value));
        });
    }

    /** An answer can turn out to be too large for a message. */
    private static void accept(StreamObserver<?> observer, Runnable answer) {
        try {
            answer.run();
        } catch (StatusRuntimeException refusal) {
            observer.onError(refusal);
        }
    }

    /** When the state may be read, on the executor, because the node's threads wait for nobody. */
    static void whenReadable(
            CompletableFuture<Optional<Refusal>> point, StreamObserver<?> observer, Executor executor, Runnable read) {
        var _ = point.whenComplete((refusal, failure) -> {
            if (failure != null) failed(observer, failure);
            else if (refusal.isPresent()) refuse(observer, refusal.get());
            else run(executor, observer, read);
        });
    }

    static void run(Executor executor, StreamObserver<?> observer, Runnable task) {
        executor.execute(() -> {
            try {
                accept(observer, task);
            } catch (RuntimeException | Error broken) {
                failed(observer, broken);
                throw broken;
            }
        });
    }

    private static void failed(StreamObserver<?> observer, Throwable failure) {
        observer.onError(Statuses.exception(failure));
    }
}
