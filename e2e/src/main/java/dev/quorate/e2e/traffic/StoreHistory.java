package dev.quorate.e2e.traffic;

import com.google.protobuf.ByteString;
import dev.quorate.e2e.history.Change;
import dev.quorate.proto.etcdserverpb.KVGrpc;
import dev.quorate.proto.etcdserverpb.RangeRequest;
import dev.quorate.proto.etcdserverpb.WatchCreateRequest;
import dev.quorate.proto.etcdserverpb.WatchGrpc;
import dev.quorate.proto.etcdserverpb.WatchRequest;
import dev.quorate.proto.etcdserverpb.WatchResponse;
import dev.quorate.proto.mvccpb.Event;
import io.grpc.ManagedChannel;
import io.grpc.netty.NettyChannelBuilder;
import io.grpc.stub.StreamObserver;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/** Everything that ever changed in a store that was never compacted, read from one member by a watch from revision 1. */
public final class StoreHistory {
    private static final ByteString EVERYTHING = ByteString.copyFrom(new byte[1]);

    private StoreHistory() {}

    public static List<Change> read(InetSocketAddress member) throws Exception {
        ManagedChannel channel = NettyChannelBuilder.forAddress(member)
                .usePlaintext()
                .maxInboundMessageSize(256 << 20)
                .build();
        try {
            long last = KVGrpc.newBlockingStub(channel)
                    .withDeadlineAfter(20, TimeUnit.SECONDS)
                    .range(RangeRequest.newBuilder().setKey(EVERYTHING).build())
                    .getHeader()
                    .getRevision();
            if (last <= 1) return List.of();
            CompletableFuture<List<Change>> whole = new CompletableFuture<>();
            StreamObserver<WatchRequest> requests = WatchGrpc.newStub(channel).watch(new Collector(last, whole));
            requests.onNext(WatchRequest.newBuilder()
                    .setCreateRequest(WatchCreateRequest.newBuilder()
                            .setKey(EVERYTHING)
                            .setRangeEnd(EVERYTHING)
                            .setStartRevision(1))
                    .build());
            return whole.get(60, TimeUnit.SECONDS);
        } finally {
            channel.shutdownNow();
        }
    }

    private static final class Collector implements StreamObserver<WatchResponse> {
        private final long last;
        private final CompletableFuture<List<Change>> whole;
        private final List<Change> changes = new ArrayList<>();

        Collector(long last, CompletableFuture<List<Change>> whole) {
            this.last = last;
            this.whole = whole;
        }

        @Override
        public void onNext(WatchResponse response) {
            for (Event event : response.getEventsList()) {
                long revision = event.getKv().getModRevision();
                if (revision > last) break;
                boolean put = event.getType() == Event.EventType.PUT;
                changes.add(new Change(
                        revision,
                        event.getKv().getKey().toStringUtf8(),
                        put ? Optional.of(event.getKv().getValue().toStringUtf8()) : Optional.empty()));
            }
            if (!changes.isEmpty() && changes.getLast().revision() >= last) whole.complete(List.copyOf(changes));
            if (response.getCanceled()) whole.completeExceptionally(new IllegalStateException(response.toString()));
        }

        @Override
        public void onError(Throwable error) {
            whole.completeExceptionally(error);
        }

        @Override
        public void onCompleted() {
            whole.completeExceptionally(new IllegalStateException("the watch ended early"));
        }
    }
}
