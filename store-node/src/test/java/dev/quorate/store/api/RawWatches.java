package dev.quorate.store.api;

import com.google.protobuf.ByteString;
import com.google.protobuf.Message;
import dev.quorate.proto.etcdserverpb.KVGrpc;
import dev.quorate.proto.etcdserverpb.LeaseGrpc;
import dev.quorate.proto.etcdserverpb.LeaseKeepAliveRequest;
import dev.quorate.proto.etcdserverpb.LeaseKeepAliveResponse;
import dev.quorate.proto.etcdserverpb.RangeRequest;
import dev.quorate.proto.etcdserverpb.WatchCancelRequest;
import dev.quorate.proto.etcdserverpb.WatchCreateRequest;
import dev.quorate.proto.etcdserverpb.WatchGrpc;
import dev.quorate.proto.etcdserverpb.WatchProgressRequest;
import dev.quorate.proto.etcdserverpb.WatchRequest;
import dev.quorate.proto.etcdserverpb.WatchResponse;
import io.grpc.Channel;
import io.grpc.stub.StreamObserver;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** The streams' part of {@link RawCalls}: everything that comes back within a moment after each request. */
final class RawWatches {
    private static final long MOMENT_MILLIS = 400;

    private final KVGrpc.KVBlockingStub kv;
    private final Channel channel;
    private final Map<String, String> transcript = new LinkedHashMap<>();

    private RawWatches(Channel channel) {
        this.channel = channel;
        this.kv = KVGrpc.newBlockingStub(channel);
    }

    static Map<String, String> transcript(Channel channel) {
        RawWatches raw = new RawWatches(channel);
        try {
            raw.watches();
            raw.keepAlives();
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
        }
        return raw.transcript;
    }

    /** Keeps what comes as text. */
    private static final class Heard<M extends Message> implements StreamObserver<M> {
        final BlockingQueue<String> messages = new LinkedBlockingQueue<>();

        @Override
        public void onNext(M message) {
            messages.add(RawCalls.masked(message));
        }

        @Override
        public void onError(Throwable failure) {
            messages.add(failure.getMessage());
        }

        @Override
        public void onCompleted() {
            messages.add("completed");
        }

        String all() throws InterruptedException {
            StringBuilder all = new StringBuilder();
            for (String one = messages.poll(MOMENT_MILLIS, TimeUnit.MILLISECONDS);
                    one != null;
                    one = messages.poll(MOMENT_MILLIS, TimeUnit.MILLISECONDS))
                all.append("\n    ").append(one);
            return all.toString();
        }
    }

    private void watches() throws InterruptedException {
        Heard<WatchResponse> heard = new Heard<>();
        StreamObserver<WatchRequest> stream = WatchGrpc.newStub(channel).watch(heard);
        long now = kv.range(
                        RangeRequest.newBuilder().setKey(RawRequests.bytes("x")).build())
                .getHeader()
                .getRevision();
        note("progress before any watch", () -> stream.onNext(progress()), heard);
        note("an empty request", () -> stream.onNext(WatchRequest.getDefaultInstance()), heard);
        note("watch from now", () -> stream.onNext(create("w", "x")), heard);
        note("watch with an id", () -> stream.onNext(with(create("w", "x"), 7, 0)), heard);
        note("the same id", () -> stream.onNext(with(create("w", "x"), 7, 0)), heard);
        note("an empty range", () -> stream.onNext(create("x", "w")), heard);
        note("the same key twice as a range", () -> stream.onNext(create("x", "x")), heard);
        note("no key", () -> stream.onNext(with(create("", ""), 8, 0)), heard);
        note("cancel that", () -> stream.onNext(cancel(8)), heard);
        note("cancel what is not there", () -> stream.onNext(cancel(99)), heard);
        note("a compacted start", () -> stream.onNext(with(create("w", "x"), 9, 2)), heard);
        // etcd keeps the canceled watch on its list, sends no progress until the client cancels it, too, and answers.
        stream.onNext(cancel(9));
        heard.all();
        note("a start in the future", () -> stream.onNext(with(create("w", "x"), 10, now + 3)), heard);
        note("progress with that", () -> stream.onNext(progress()), heard);
        note("cancel the future", () -> stream.onNext(cancel(10)), heard);
        note("progress", () -> stream.onNext(progress()), heard);
        note("a put", () -> kv.put(RawRequests.put("w1", "1").build()), heard);
        note("cancel one", () -> stream.onNext(cancel(7)), heard);
        note("a second put", () -> kv.put(RawRequests.put("w1", "2").build()), heard);
        note("a put elsewhere", () -> kv.put(RawRequests.put("y", "2").build()), heard);
        note("progress after it", () -> stream.onNext(progress()), heard);
        note("a delete", () -> kv.deleteRange(RawRequests.delete("w1", "").build()), heard);
        note("history with previous", () -> stream.onNext(history(20, now, false)), heard);
        note("history of deletes", () -> stream.onNext(history(21, now, true)), heard);
        note(
                "from a revision with zero as the end",
                () -> stream.onNext(WatchRequest.newBuilder()
                        .setCreateRequest(WatchCreateRequest.newBuilder()
                                .setKey(RawRequests.bytes("y"))
                                .setRangeEnd(RawRequests.zero())
                                .setWatchId(22)
                                .setStartRevision(now))
                        .build()),
                heard);
        note("the client has no more requests", stream::onCompleted, heard);
        note("but still hears", () -> kv.put(RawRequests.put("w2", "2").build()), heard);
    }

    private void keepAlives() throws InterruptedException {
        Heard<LeaseKeepAliveResponse> heard = new Heard<>();
        StreamObserver<LeaseKeepAliveRequest> stream =
                LeaseGrpc.newStub(channel).leaseKeepAlive(heard);
        note(
                "keep nothing alive",
                () -> stream.onNext(LeaseKeepAliveRequest.newBuilder().setID(9).build()),
                heard);
        note("nothing more to keep", stream::onCompleted, heard);
    }

    private void note(String name, Runnable action, Heard<?> heard) throws InterruptedException {
        action.run();
        transcript.put(name, heard.all());
    }

    private static WatchRequest create(String key, String end) {
        return WatchRequest.newBuilder()
                .setCreateRequest(WatchCreateRequest.newBuilder()
                        .setKey(RawRequests.bytes(key))
                        .setRangeEnd(ByteString.copyFromUtf8(end)))
                .build();
    }

    private static WatchRequest with(WatchRequest request, long id, long revision) {
        return request.toBuilder()
                .setCreateRequest(
                        request.getCreateRequest().toBuilder().setWatchId(id).setStartRevision(revision))
                .build();
    }

    private static WatchRequest history(long id, long revision, boolean deletesOnly) {
        WatchCreateRequest.Builder create = WatchCreateRequest.newBuilder()
                .setKey(RawRequests.bytes("w"))
                .setRangeEnd(RawRequests.bytes("x"))
                .setWatchId(id)
                .setPrevKv(true)
                .setStartRevision(revision);
        if (deletesOnly) create.addAllFilters(List.of(WatchCreateRequest.FilterType.NOPUT));
        return WatchRequest.newBuilder().setCreateRequest(create).build();
    }

    private static WatchRequest cancel(long id) {
        return WatchRequest.newBuilder()
                .setCancelRequest(WatchCancelRequest.newBuilder().setWatchId(id))
                .build();
    }

    private static WatchRequest progress() {
        return WatchRequest.newBuilder()
                .setProgressRequest(WatchProgressRequest.getDefaultInstance())
                .build();
    }
}
