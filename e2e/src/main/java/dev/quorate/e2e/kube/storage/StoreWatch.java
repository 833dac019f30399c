package dev.quorate.e2e.kube.storage;

import com.google.protobuf.ByteString;
import dev.quorate.e2e.kube.storage.Store.Stored;
import dev.quorate.proto.etcdserverpb.WatchCreateRequest;
import dev.quorate.proto.etcdserverpb.WatchGrpc;
import dev.quorate.proto.etcdserverpb.WatchProgressRequest;
import dev.quorate.proto.etcdserverpb.WatchRequest;
import dev.quorate.proto.etcdserverpb.WatchResponse;
import dev.quorate.proto.mvccpb.Event;
import io.grpc.stub.ClientCallStreamObserver;
import io.grpc.stub.ClientResponseObserver;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** One open watch of the store, read by one thread. */
public final class StoreWatch implements AutoCloseable {
    private final LinkedBlockingQueue<Signal> signals = new LinkedBlockingQueue<>();
    private final Incoming incoming = new Incoming();

    /** What a watch tells. */
    public sealed interface Signal {
        /** A key has a new value; the value before it, if there was one. */
        record Put(Stored now, Optional<Stored> before) implements Signal {}

        /** A key is gone since a revision; its last value. */
        record Delete(Stored before, long revision) implements Signal {}

        /** Everything up to a revision has been told. */
        record Progress(long revision) implements Signal {}

        /** The revision to start from is no longer there. */
        record TooOld(long compactRevision) implements Signal {}

        /** The stream broke or the store ended it. */
        record Ended(String why) implements Signal {}
    }

    StoreWatch(WatchGrpc.WatchStub stub, ByteString from, ByteString end, long fromRevision) {
        stub.withWaitForReady().watch(incoming);
        WatchCreateRequest create = WatchCreateRequest.newBuilder()
                .setKey(from)
                .setRangeEnd(end)
                .setStartRevision(fromRevision)
                .setPrevKv(true)
                .setProgressNotify(true)
                .build();
        send(WatchRequest.newBuilder().setCreateRequest(create).build());
    }

    /** The next signal, or nothing when none comes in time. */
    public Optional<Signal> next(Duration patience) throws InterruptedException {
        return Optional.ofNullable(signals.poll(patience.toMillis(), TimeUnit.MILLISECONDS));
    }

    /** Asks for a Progress signal. */
    public void askProgress() {
        send(WatchRequest.newBuilder()
                .setProgressRequest(WatchProgressRequest.getDefaultInstance())
                .build());
    }

    @Override
    public void close() {
        ClientCallStreamObserver<WatchRequest> call = incoming.call;
        if (call != null) call.cancel("the watcher is gone", null);
    }

    private void send(WatchRequest request) {
        ClientCallStreamObserver<WatchRequest> call = incoming.call;
        if (call != null) call.onNext(request);
    }

    private final class Incoming implements ClientResponseObserver<WatchRequest, WatchResponse> {
        private volatile @Nullable ClientCallStreamObserver<WatchRequest> call;

        @Override
        public void beforeStart(ClientCallStreamObserver<WatchRequest> stream) {
            call = stream;
        }

        @Override
        public void onNext(WatchResponse response) {
            if (response.getCanceled()) {
                signals.add(
                        response.getCompactRevision() > 0
                                ? new Signal.TooOld(response.getCompactRevision())
                                : new Signal.Ended(response.getCancelReason()));
                return;
            }
            List<Signal> news = new ArrayList<>();
            for (Event event : response.getEventsList()) {
                Optional<Stored> before =
                        event.hasPrevKv() ? Optional.of(Stored.of(event.getPrevKv())) : Optional.empty();
                if (event.getType() == Event.EventType.PUT) {
                    news.add(new Signal.Put(Stored.of(event.getKv()), before));
                } else {
                    before.ifPresent(last ->
                            news.add(new Signal.Delete(last, event.getKv().getModRevision())));
                }
            }
            if (news.isEmpty() && !response.getCreated()) {
                news.add(new Signal.Progress(response.getHeader().getRevision()));
            }
            signals.addAll(news);
        }

        @Override
        public void onError(Throwable broken) {
            signals.add(new Signal.Ended(String.valueOf(broken.getMessage())));
        }

        @Override
        public void onCompleted() {
            signals.add(new Signal.Ended("the store closed the stream"));
        }
    }
}
