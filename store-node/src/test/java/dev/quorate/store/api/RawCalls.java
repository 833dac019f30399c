package dev.quorate.store.api;

import com.google.protobuf.Message;
import com.google.protobuf.TextFormat;
import dev.quorate.proto.etcdserverpb.AuthGrpc;
import dev.quorate.proto.etcdserverpb.ClusterGrpc;
import dev.quorate.proto.etcdserverpb.KVGrpc;
import dev.quorate.proto.etcdserverpb.LeaseGrpc;
import dev.quorate.proto.etcdserverpb.MaintenanceGrpc;
import dev.quorate.proto.health.HealthGrpc;
import io.grpc.Channel;
import io.grpc.ClientInterceptors;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.NettyChannelBuilder;
import io.grpc.stub.MetadataUtils;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Supplier;

/**
 * Sends requests that no tool would send, good and bad, to one server and writes down what comes back, message or
 * refusal. Run against two servers that have seen the same before, the transcripts must be equal; see {@link
 * CompareRawCalls}.
 */
@SuppressWarnings("AvoidValueSetter") // numbers that no enum has are the point
final class RawCalls {
    private RawCalls() {}

    /** The services of one server. */
    record Stubs(
            KVGrpc.KVBlockingStub kv,
            LeaseGrpc.LeaseBlockingStub leases,
            ClusterGrpc.ClusterBlockingStub cluster,
            MaintenanceGrpc.MaintenanceBlockingStub maintenance,
            AuthGrpc.AuthBlockingStub auth,
            HealthGrpc.HealthBlockingStub health) {
        static Stubs of(Channel channel) {
            return new Stubs(
                    KVGrpc.newBlockingStub(channel),
                    LeaseGrpc.newBlockingStub(channel),
                    ClusterGrpc.newBlockingStub(channel),
                    MaintenanceGrpc.newBlockingStub(channel),
                    AuthGrpc.newBlockingStub(channel),
                    HealthGrpc.newBlockingStub(channel));
        }
    }

    /** The transcript, one entry a call, with ids and terms masked. */
    static Map<String, String> transcript(String host, int port) {
        ManagedChannel channel =
                NettyChannelBuilder.forAddress(host, port).usePlaintext().build();
        try {
            Metadata metadata = new Metadata();
            metadata.put(Metadata.Key.of("hasleader", Metadata.ASCII_STRING_MARSHALLER), "true");
            metadata.put(Metadata.Key.of("client-api-version", Metadata.ASCII_STRING_MARSHALLER), "3.5");
            Stubs stubs = Stubs.of(
                    ClientInterceptors.intercept(channel, MetadataUtils.newAttachHeadersInterceptor(metadata)));
            Map<String, Supplier<Message>> calls = new LinkedHashMap<>();
            new RawKeyCalls(stubs, calls).add();
            new RawTxnCalls(stubs, calls).add();
            new RawOtherCalls(stubs, calls).add();
            Map<String, String> transcript = new LinkedHashMap<>();
            calls.forEach((name, call) -> transcript.put(name, answer(call)));
            transcript.putAll(RawWatches.transcript(channel));
            return transcript;
        } finally {
            channel.shutdownNow();
        }
    }

    private static String answer(Supplier<Message> call) {
        try {
            return masked(call.get());
        } catch (StatusRuntimeException refused) {
            return refused.getStatus().getCode() + " "
                    + String.valueOf(refused.getStatus().getDescription())
                            .replaceAll("127[0-9.:]+", "HOST")
                            // gRPC's own words, in each of its languages others.
                            .replaceAll(".*(larger than max|exceeds maximum size).*", "message too large");
        }
    }

    static String masked(Message message) {
        return TextFormat.printer()
                .emittingSingleLine(true)
                .printToString(message)
                .replaceAll("(cluster_id|member_id|raft_term|memberID|ID): -?\\d+", "$1: N")
                .replaceAll("127[0-9.:]+", "HOST");
    }
}
