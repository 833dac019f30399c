package dev.quorate.e2e.cluster;

import com.google.protobuf.ByteString;
import dev.quorate.proto.etcdserverpb.KVGrpc;
import dev.quorate.proto.etcdserverpb.MaintenanceGrpc;
import dev.quorate.proto.etcdserverpb.PutRequest;
import dev.quorate.proto.etcdserverpb.RangeRequest;
import dev.quorate.proto.etcdserverpb.StatusRequest;
import dev.quorate.proto.etcdserverpb.StatusResponse;
import io.grpc.ManagedChannel;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.NettyChannelBuilder;
import java.net.InetSocketAddress;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;

/** A client of store nodes that calls exactly the member it is told to, once, with a short deadline. */
public final class StoreAccess implements AutoCloseable {
    private static final int LARGEST_REPLY_BYTES = 64 << 20;
    private static final long DEADLINE_SECONDS = 2;
    private static final long LONG_DEADLINE_SECONDS = 20;

    private final Map<InetSocketAddress, ManagedChannel> channels = new ConcurrentHashMap<>();

    /** Whether the member acknowledged the write; if not, it may have happened or not. */
    public boolean put(InetSocketAddress member, String key, String value) {
        PutRequest request = PutRequest.newBuilder()
                .setKey(ByteString.copyFromUtf8(key))
                .setValue(ByteString.copyFromUtf8(value))
                .build();
        try {
            KVGrpc.newBlockingStub(channel(member))
                    .withDeadlineAfter(DEADLINE_SECONDS, TimeUnit.SECONDS)
                    .put(request);
            return true;
        } catch (StatusRuntimeException e) {
            return false;
        }
    }

    /** All keys with a prefix, read linearizably. */
    public SortedMap<String, String> read(InetSocketAddress member, String prefix) {
        String end = prefix.substring(0, prefix.length() - 1) + (char) (prefix.charAt(prefix.length() - 1) + 1);
        SortedMap<String, String> found = new TreeMap<>();
        KVGrpc.newBlockingStub(channel(member))
                .withDeadlineAfter(LONG_DEADLINE_SECONDS, TimeUnit.SECONDS)
                .range(RangeRequest.newBuilder()
                        .setKey(ByteString.copyFromUtf8(prefix))
                        .setRangeEnd(ByteString.copyFromUtf8(end))
                        .build())
                .getKvsList()
                .forEach(kv ->
                        found.put(kv.getKey().toStringUtf8(), kv.getValue().toStringUtf8()));
        return found;
    }

    /** What the member says of itself, if it answers. */
    public Optional<StatusResponse> status(InetSocketAddress member) {
        try {
            return Optional.of(MaintenanceGrpc.newBlockingStub(channel(member))
                    .withDeadlineAfter(DEADLINE_SECONDS, TimeUnit.SECONDS)
                    .status(StatusRequest.getDefaultInstance()));
        } catch (StatusRuntimeException e) {
            return Optional.empty();
        }
    }

    @Override
    public void close() {
        channels.values().forEach(ManagedChannel::shutdownNow);
    }

    private ManagedChannel channel(InetSocketAddress member) {
        ManagedChannel channel = channels.computeIfAbsent(
                member,
                address -> NettyChannelBuilder.forAddress(address)
                        .usePlaintext()
                        .maxInboundMessageSize(LARGEST_REPLY_BYTES)
                        .build());
        channel.resetConnectBackoff();
        return channel;
    }
}
