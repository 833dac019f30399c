package dev.quorate.store.api.queue;

import dev.quorate.store.api.wire.Statuses;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;

/** Runs a call that may wait for long on a thread of its own, which is interrupted when the client goes away. */
final class Waiting {
    private Waiting() {}

    /** What a call does; it ends the call itself unless it throws. */
    @FunctionalInterface
    interface Call {
        void run() throws InterruptedException;
    }

    static void run(StreamObserver<?> observer, Call call) {
        Thread thread = Thread.ofVirtual().name("queue").unstarted(() -> guarded(observer, call));
        ((ServerCallStreamObserver<?>) observer).setOnCancelHandler(thread::interrupt);
        thread.start();
    }

    private static void guarded(StreamObserver<?> observer, Call call) {
        try {
            call.run();
        } catch (InterruptedException gone) {
            // Nobody hears an answer any more.
            Thread.currentThread().interrupt();
        } catch (Refused refused) {
            observer.onError(Statuses.exception(refused.status()));
        } catch (RuntimeException | Error broken) {
            observer.onError(Statuses.exception(broken));
            throw broken;
        }
    }

    static <T> void answer(StreamObserver<T> observer, T reply) {
        observer.onNext(reply);
        observer.onCompleted();
    }
}
