package dev.quorate.store.api.gateway;

import dev.quorate.store.Bytes;
import dev.quorate.store.ops.Page;
import dev.quorate.store.ops.PageStream;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.ServerCall;
import io.grpc.ServerMethodDefinition;
import io.grpc.Status;
import io.grpc.SynchronizationContext;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A call with many answers, without a transport below: the first one makes the page and the rest follow as they come. The
 * client has said all it has to say in its request; that alone does not end a watch, as in etcd.
 */
final class StreamedCall<Q, R> extends ServerCall<Q, R> implements PageStream {
    private static final Logger LOG = LoggerFactory.getLogger(StreamedCall.class);

    private final MethodDescriptor<Q, R> method;
    private final Form<R> form;
    private final Queue<Q> requests;
    private final CompletableFuture<Page> page = new CompletableFuture<>();
    private final SynchronizationContext turns = new SynchronizationContext((thread, failure) -> failed(failure));
    private @Nullable Listener<Q> listener;
    private int wanted;
    private boolean halfClosed;

    /** What came before the page had gone out. Guarded by this, as the two below. */
    private final Queue<Bytes> early = new ArrayDeque<>();

    private @Nullable Out out;
    private boolean ended;
    private volatile boolean cancelled;

    /** How messages and errors are written. */
    interface Form<R> {
        Bytes message(R message);

        /** After messages; before any it is a page. */
        Bytes error(Status status);

        Page refused(Status status);

        Page begun(Bytes first, Optional<PageStream> rest);
    }

    private StreamedCall(MethodDescriptor<Q, R> method, Form<R> form, List<Q> requests) {
        this.method = method;
        this.form = form;
        this.requests = new ArrayDeque<>(requests);
    }

    static <Q, R> CompletableFuture<Page> run(
            ServerMethodDefinition<Q, R> service, Metadata metadata, List<Q> requests, Form<R> form) {
        StreamedCall<Q, R> call = new StreamedCall<>(service.getMethodDescriptor(), form, requests);
        call.turns.execute(() -> {
            call.listener = service.getServerCallHandler().startCall(call, metadata);
            call.deliver();
        });
        return call.page;
    }

    /** Also before there is a listener. */
    @Override
    public void request(int messages) {
        turns.execute(() -> {
            wanted += messages;
            deliver();
        });
    }

    private void deliver() {
        Listener<Q> to = listener;
        if (to == null || halfClosed) return;
        while (wanted > 0 && !requests.isEmpty()) {
            wanted--;
            to.onMessage(requests.remove());
        }
        if (!requests.isEmpty()) return;
        halfClosed = true;
        to.onHalfClose();
    }

    private void tell(Consumer<Listener<Q>> what) {
        turns.execute(() -> {
            if (listener != null) what.accept(listener);
        });
    }

    @Override
    public void sendHeaders(Metadata headers) {}

    @Override
    public synchronized void sendMessage(R message) {
        if (ended) return;
        Bytes line = form.message(message);
        if (page.isDone()) write(line);
        else page.complete(form.begun(line, Optional.of(this)));
    }

    @Override
    public synchronized void close(Status status, Metadata trailers) {
        if (ended) return;
        ended = true;
        if (!page.isDone())
            page.complete(status.isOk() ? form.begun(Bytes.EMPTY, Optional.empty()) : form.refused(status));
        else if (!status.isOk()) write(form.error(status));
        if (out != null) out.end();
        tell(Listener::onComplete);
    }

    private void write(Bytes line) {
        if (out == null) early.add(line);
        else out.write(line);
    }

    private void failed(Throwable failure) {
        LOG.warn("a call over the gateway failed", failure);
        close(Status.UNKNOWN.withDescription(String.valueOf(failure.getMessage())), new Metadata());
    }

    @Override
    public void begin(Out to) {
        synchronized (this) {
            out = to;
            early.forEach(to::write);
            early.clear();
            if (ended) to.end();
        }
        tell(Listener::onReady);
    }

    @Override
    public void ready() {
        tell(Listener::onReady);
    }

    @Override
    public void cancel() {
        cancelled = true;
        synchronized (this) {
            if (ended) return;
            ended = true;
        }
        tell(Listener::onCancel);
    }

    /** Until the page has gone out one message is enough to wait. */
    @Override
    public synchronized boolean isReady() {
        return out == null ? !page.isDone() : out.isReady();
    }

    @Override
    public boolean isCancelled() {
        return cancelled;
    }

    @Override
    public MethodDescriptor<Q, R> getMethodDescriptor() {
        return method;
    }
}
