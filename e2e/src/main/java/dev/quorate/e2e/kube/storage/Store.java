package dev.quorate.e2e.kube.storage;

import com.google.protobuf.ByteString;
import dev.quorate.proto.etcdserverpb.Compare;
import dev.quorate.proto.etcdserverpb.DeleteRangeRequest;
import dev.quorate.proto.etcdserverpb.KVGrpc;
import dev.quorate.proto.etcdserverpb.PutRequest;
import dev.quorate.proto.etcdserverpb.RangeRequest;
import dev.quorate.proto.etcdserverpb.RangeResponse;
import dev.quorate.proto.etcdserverpb.RequestOp;
import dev.quorate.proto.etcdserverpb.TxnRequest;
import dev.quorate.proto.etcdserverpb.TxnResponse;
import dev.quorate.proto.etcdserverpb.WatchGrpc;
import dev.quorate.proto.mvccpb.KeyValue;
import io.grpc.ManagedChannel;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.NettyChannelBuilder;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.TimeUnit;

/** The store node that keeps the objects, spoken to in the etcd v3 API: reads, compare-and-set writes, watches. */
public final class Store implements AutoCloseable {
    private static final int MAX_MESSAGE_BYTES = 64 << 20;
    private static final int SECONDS = 10;

    private final ManagedChannel channel;
    private final KVGrpc.KVBlockingStub kv;

    public Store(String host, int port) {
        channel = NettyChannelBuilder.forAddress(host, port)
                .usePlaintext()
                .maxInboundMessageSize(MAX_MESSAGE_BYTES)
                .build();
        kv = KVGrpc.newBlockingStub(channel);
    }

    /** A stored object and the revision that wrote it. */
    public record Stored(String key, String value, long revision) {
        static Stored of(KeyValue kv) {
            return new Stored(kv.getKey().toStringUtf8(), kv.getValue().toStringUtf8(), kv.getModRevision());
        }
    }

    /** Part of a list: the objects, the revision of the whole store, whether more follow and how many. */
    public record Page(List<Stored> objects, long revision, boolean more, long remaining) {}

    /** The revision that is asked for is no longer there. */
    public static final class Compacted extends Exception {
        private static final long serialVersionUID = 1;
    }

    public Optional<Stored> get(String key) {
        RangeRequest request = RangeRequest.newBuilder().setKey(bytes(key)).build();
        return kv().range(request).getKvsList().stream().findFirst().map(Stored::of);
    }

    /**
     * Objects below a prefix in key order.
     *
     * @param after only keys behind this one; empty for all
     * @param revision 0 for now
     */
    public Page list(String prefix, String after, long limit, long revision) throws Compacted {
        ByteString from = after.isEmpty() ? bytes(prefix) : bytes(after + "\0");
        RangeRequest request = RangeRequest.newBuilder()
                .setKey(from)
                .setRangeEnd(end(prefix))
                .setLimit(limit)
                .setRevision(revision)
                .build();
        try {
            RangeResponse response = kv().range(request);
            List<Stored> objects =
                    response.getKvsList().stream().map(Stored::of).toList();
            long now = revision == 0 ? response.getHeader().getRevision() : revision;
            return new Page(objects, now, response.getMore(), response.getCount() - objects.size());
        } catch (StatusRuntimeException refused) {
            if (refused.getStatus().getCode() == Status.Code.OUT_OF_RANGE) throw new Compacted();
            throw refused;
        }
    }

    /** The revision of the write, or nothing when the key was not at {@code expected} (0 = absent). */
    public OptionalLong put(String key, String value, long expected) {
        PutRequest put = PutRequest.newBuilder()
                .setKey(bytes(key))
                .setValue(bytes(value))
                .build();
        return write(key, expected, RequestOp.newBuilder().setRequestPut(put).build());
    }

    public OptionalLong delete(String key, long expected) {
        DeleteRangeRequest delete =
                DeleteRangeRequest.newBuilder().setKey(bytes(key)).build();
        return write(
                key,
                expected,
                RequestOp.newBuilder().setRequestDeleteRange(delete).build());
    }

    private OptionalLong write(String key, long expected, RequestOp operation) {
        Compare compare = Compare.newBuilder()
                .setKey(bytes(key))
                .setTarget(Compare.CompareTarget.MOD)
                .setResult(Compare.CompareResult.EQUAL)
                .setModRevision(expected)
                .build();
        TxnResponse response = kv().txn(TxnRequest.newBuilder()
                .addCompare(compare)
                .addSuccess(operation)
                .build());
        return response.getSucceeded() ? OptionalLong.of(response.getHeader().getRevision()) : OptionalLong.empty();
    }

    /** Everything that happens below a prefix from a revision on. */
    public StoreWatch watch(String prefix, long fromRevision) {
        return new StoreWatch(WatchGrpc.newStub(channel), bytes(prefix), end(prefix), fromRevision);
    }

    @Override
    public void close() {
        channel.shutdownNow();
    }

    private KVGrpc.KVBlockingStub kv() {
        return kv.withDeadlineAfter(SECONDS, TimeUnit.SECONDS).withWaitForReady();
    }

    private static ByteString bytes(String text) {
        return ByteString.copyFromUtf8(text);
    }

    /** Prefixes end with a slash, so the next byte ends the range. */
    private static ByteString end(String prefix) {
        return bytes(prefix.substring(0, prefix.length() - 1) + "0");
    }
}
