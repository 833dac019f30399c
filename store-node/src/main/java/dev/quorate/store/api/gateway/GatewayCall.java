package dev.quorate.store.api.gateway;

import com.google.protobuf.InvalidProtocolBufferException;
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
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A call as a service sees it, without a transport below. One answer is a page; of a stream the first message begins the
 * page and the rest follow as they come. The client has said all it has to say in its request; that alone does not end a
 * watch, as in etcd.
 */
final class GatewayCall<Q, R> extends ServerCall<Q, R> implements PageStream {
    private static final Logger LOG = LoggerFactory.getLogger(GatewayCall.class);

    private final MethodDescriptor<Q, R> method;
    private final Form<R> form;
    private final CompletableFuture<Page> page = new CompletableFuture<>();

    /** One after the other whoever calls, as a service expects it. Guards the four below. */
    private final SynchronizationContext turns = new SynchronizationContext((thread, failure) -> failed(failure));

    private final Requests<Q> requests;
    private @Nullable Listener<Q> listener;
    private int wanted;
    private boolean halfClosed;

    /** What came before the page had gone out; of a call with one answer, that. Guarded by this, as the one below. */
    private final Queue<Bytes> early = new ArrayDeque<>();

    private @Nullable Out out;
    private volatile boolean ended;
    private volatile boolean cancelled;

    /** What the client says, read when the service asks for it. */
    interface Requests<Q> {
        /** Nothing after the last one. */
        Optional<Q> next() throws InvalidProtocolBufferException;
    }

    /** How answers are written. */
    interface Form<R> {
        Bytes message(R message);

        /** After messages of a stream; before any it is a page. */
        Bytes error(Status status);

        Page refused(Status status);

        Page begun(Bytes first, Optional<PageStream> rest);
    }

    private GatewayCall(MethodDescriptor<Q, R> method, Requests<Q> requests, Form<R> form) {
        this.method = method;
        this.requests = requests;
        this.form = form;
    }

    /** To cancel the page before it comes is to cancel the call. */
    static <Q, R> CompletableFuture<Page> run(
            ServerMethodDefinition<Q, R> service, Metadata metadata, Requests<Q> requests, Form<R> form) {
        GatewayCall<Q, R> call = new GatewayCall<>(service.getMethodDescriptor(), requests, form);
        call.turns.execute(() -> {
            call.listener = service.getServerCallHandler().startCall(call, metadata);
            call.deliver();
        });
        var _ = call.page.whenComplete((made, failure) -> {
            if (call.page.isCancelled()) call.cancel();
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
        while (to != null && wanted > 0 && !halfClosed && !ended) {
            Optional<Q> request = next();
            if (request.isPresent()) {
                wanted--;
                to.onMessage(request.get());
            } else {
                halfClosed = true;
                to.onHalfClose();
            }
        }
    }

    /** Behind what cannot be read there is nothing. */
    private Optional<Q> next() {
        try {
            return requests.next();
        } catch (InvalidProtocolBufferException unreadable) {
            LOG.warn("the rest of a request is unreadable: {}", String.valueOf(unreadable.getMessage()));
            return Optional.empty();
        }
    }

    private void tell(Consumer<Listener<Q>> what) {
        turns.execute(() -> {
            if (listener != null) what.accept(listener);
        });
    }

    @Override
    public void sendHeaders(Metadata headers) {}

    @Override
    public void sendMessage(R message) {
        Bytes written = form.message(message);
        synchronized (this) {
            if (ended) return;
            if (method.getType().serverSendsOneMessage() || page.isDone()) write(written);
            else page.complete(form.begun(written, Optional.of(this)));
        }
    }

    private void write(Bytes piece) {
        if (out == null) early.add(piece);
        else out.write(piece);
    }

    @Override
    public void close(Status status, Metadata trailers) {
        synchronized (this) {
            if (ended) return;
            ended = true;
            if (!page.isDone()) page.complete(only(status));
            else if (!status.isOk()) write(form.error(status));
            if (out != null) out.end();
        }
        tell(Listener::onComplete);
    }

    private Page only(Status status) {
        if (!status.isOk()) return form.refused(status);
        return form.begun(early.isEmpty() ? Bytes.EMPTY : early.remove(), Optional.empty());
    }

    private void failed(Throwable failure) {
        LOG.warn("a call over the gateway failed", failure);
        close(Status.UNKNOWN.withDescription("Application error processing RPC"), new Metadata());
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
        synchronized (this) {
            if (ended) return;
            ended = true;
            cancelled = true;
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
