package dev.quorate.store.api;

import com.google.protobuf.ByteString;
import com.google.protobuf.Message;
import com.google.protobuf.TextFormat;
import dev.quorate.proto.etcdserverpb.AlarmRequest;
import dev.quorate.proto.etcdserverpb.AuthGrpc;
import dev.quorate.proto.etcdserverpb.AuthStatusRequest;
import dev.quorate.proto.etcdserverpb.AuthenticateRequest;
import dev.quorate.proto.etcdserverpb.ClusterGrpc;
import dev.quorate.proto.etcdserverpb.CompactionRequest;
import dev.quorate.proto.etcdserverpb.Compare;
import dev.quorate.proto.etcdserverpb.DeleteRangeRequest;
import dev.quorate.proto.etcdserverpb.HashKVRequest;
import dev.quorate.proto.etcdserverpb.KVGrpc;
import dev.quorate.proto.etcdserverpb.LeaseGrantRequest;
import dev.quorate.proto.etcdserverpb.LeaseGrpc;
import dev.quorate.proto.etcdserverpb.LeaseLeasesRequest;
import dev.quorate.proto.etcdserverpb.LeaseRevokeRequest;
import dev.quorate.proto.etcdserverpb.LeaseTimeToLiveRequest;
import dev.quorate.proto.etcdserverpb.MaintenanceGrpc;
import dev.quorate.proto.etcdserverpb.MemberAddRequest;
import dev.quorate.proto.etcdserverpb.MemberListRequest;
import dev.quorate.proto.etcdserverpb.MemberPromoteRequest;
import dev.quorate.proto.etcdserverpb.MemberRemoveRequest;
import dev.quorate.proto.etcdserverpb.MemberUpdateRequest;
import dev.quorate.proto.etcdserverpb.MoveLeaderRequest;
import dev.quorate.proto.etcdserverpb.PutRequest;
import dev.quorate.proto.etcdserverpb.RangeRequest;
import dev.quorate.proto.etcdserverpb.RequestOp;
import dev.quorate.proto.etcdserverpb.TxnRequest;
import dev.quorate.proto.health.HealthCheckRequest;
import dev.quorate.proto.health.HealthGrpc;
import io.grpc.Channel;
import io.grpc.ClientInterceptors;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.NettyChannelBuilder;
import io.grpc.stub.MetadataUtils;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

/**
 * Sends requests that no tool would send, good and bad, to one server and writes down what comes back, message or
 * refusal. Run against two servers that have seen the same before, the transcripts must be equal; see {@link
 * CompareRawCalls}.
 */
@SuppressWarnings("AvoidValueSetter") // numbers that no enum has are the point
final class RawCalls {
    private static final long LEASE = 4242;

    private final Map<String, Supplier<Message>> calls = new LinkedHashMap<>();
    private final KVGrpc.KVBlockingStub kv;
    private final LeaseGrpc.LeaseBlockingStub leases;
    private final ClusterGrpc.ClusterBlockingStub cluster;
    private final MaintenanceGrpc.MaintenanceBlockingStub maintenance;
    private final AuthGrpc.AuthBlockingStub auth;
    private final HealthGrpc.HealthBlockingStub health;

    private RawCalls(Channel channel) {
        kv = KVGrpc.newBlockingStub(channel);
        leases = LeaseGrpc.newBlockingStub(channel);
        cluster = ClusterGrpc.newBlockingStub(channel);
        maintenance = MaintenanceGrpc.newBlockingStub(channel);
        auth = AuthGrpc.newBlockingStub(channel);
        health = HealthGrpc.newBlockingStub(channel);
    }

    /** The transcript, one entry a call, with ids and terms masked. */
    static Map<String, String> transcript(String host, int port) {
        ManagedChannel channel =
                NettyChannelBuilder.forAddress(host, port).usePlaintext().build();
        try {
            Metadata metadata = new Metadata();
            metadata.put(Metadata.Key.of("hasleader", Metadata.ASCII_STRING_MARSHALLER), "true");
            metadata.put(Metadata.Key.of("client-api-version", Metadata.ASCII_STRING_MARSHALLER), "3.5");
            RawCalls raw = new RawCalls(
                    ClientInterceptors.intercept(channel, MetadataUtils.newAttachHeadersInterceptor(metadata)));
            raw.keys();
            raw.transactions();
            raw.leases();
            raw.membersAndMaintenance();
            Map<String, String> transcript = new LinkedHashMap<>();
            raw.calls.forEach((name, call) -> transcript.put(name, answer(call)));
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

    private void keys() {
        call("put without a key", () -> kv.put(PutRequest.getDefaultInstance()));
        call("put", () -> kv.put(put("a", "1").build()));
        call("put with previous", () -> kv.put(put("a", "2").setPrevKv(true).build()));
        call(
                "put ignoring a value that is given",
                () -> kv.put(put("a", "2").setIgnoreValue(true).build()));
        call(
                "put ignoring a lease that is given",
                () -> kv.put(put("a", "2").setIgnoreLease(true).setLease(9).build()));
        call(
                "put ignoring the value of nothing",
                () -> kv.put(put("none", "").setIgnoreValue(true).build()));
        call(
                "put ignoring the lease of nothing",
                () -> kv.put(put("none", "x").setIgnoreLease(true).build()));
        call(
                "put ignoring both",
                () -> kv.put(
                        put("a", "").setIgnoreLease(true).setIgnoreValue(true).build()));
        call("put with an unknown lease", () -> kv.put(put("a", "2").setLease(9).build()));
        call(
                "put that is too large",
                () -> kv.put(PutRequest.newBuilder()
                        .setKey(bytes("big"))
                        .setValue(ByteString.copyFrom(new byte[1_572_864]))
                        .build()));
        call(
                "put beyond the message limit",
                () -> kv.put(PutRequest.newBuilder()
                        .setKey(bytes("big"))
                        .setValue(ByteString.copyFrom(new byte[3_000_000]))
                        .build()));
        call(
                "put just below the limit",
                () -> kv.put(PutRequest.newBuilder()
                        .setKey(bytes("big"))
                        .setValue(ByteString.copyFrom(new byte[1_572_864 - 200]))
                        .build()));
        call(
                "delete it",
                () -> kv.deleteRange(
                        DeleteRangeRequest.newBuilder().setKey(bytes("big")).build()));
        call("range without a key", () -> kv.range(RangeRequest.getDefaultInstance()));
        // Values outside the enums are no part of this: etcd 3.5 crashes on them.
        for (int order : List.of(0, 1, 2)) {
            for (int target : List.of(0, 1, 2, 3, 4)) {
                call(
                        "range sorted " + order + " by " + target,
                        () -> kv.range(range("", "")
                                .setKey(zero())
                                .setRangeEnd(zero())
                                .setSortOrderValue(order)
                                .setSortTargetValue(target)
                                .setLimit(1)
                                .build()));
            }
        }
        for (boolean serializable : List.of(false, true)) {
            call(
                    "range in the future " + serializable,
                    () -> kv.range(range("a", "")
                            .setRevision(1_000_000)
                            .setSerializable(serializable)
                            .build()));
            call(
                    "range at a negative revision " + serializable,
                    () -> kv.range(range("a", "")
                            .setRevision(-1)
                            .setSerializable(serializable)
                            .build()));
            call(
                    "range backwards " + serializable,
                    () -> kv.range(range("b", "a").setSerializable(serializable).build()));
        }
        call(
                "range with a negative limit",
                () -> kv.range(range("a", "z").setLimit(-1).build()));
        call(
                "range by bounds of revisions",
                () -> kv.range(range("a", "z")
                        .setMinModRevision(3)
                        .setMaxModRevision(9)
                        .setMinCreateRevision(1)
                        .setMaxCreateRevision(9)
                        .build()));
        call(
                "count only with a limit",
                () -> kv.range(range("a", "z").setCountOnly(true).setLimit(1).build()));
        call(
                "range at once count only and keys only",
                () -> kv.range(
                        range("a", "z").setCountOnly(true).setKeysOnly(true).build()));
        call("delete without a key", () -> kv.deleteRange(DeleteRangeRequest.getDefaultInstance()));
        call(
                "delete backwards",
                () -> kv.deleteRange(DeleteRangeRequest.newBuilder()
                        .setKey(bytes("b"))
                        .setRangeEnd(bytes("a"))
                        .build()));
        call(
                "delete with previous",
                () -> kv.deleteRange(DeleteRangeRequest.newBuilder()
                        .setKey(bytes("a"))
                        .setPrevKv(true)
                        .build()));
    }

    private void transactions() {
        call("transaction without anything", () -> kv.txn(TxnRequest.getDefaultInstance()));
        call(
                "transaction with an empty operation",
                () -> kv.txn(TxnRequest.newBuilder()
                        .addSuccess(RequestOp.getDefaultInstance())
                        .build()));
        call(
                "compare without a key",
                () -> kv.txn(TxnRequest.newBuilder()
                        .addCompare(Compare.getDefaultInstance())
                        .build()));
        call("put without a key inside", () -> kv.txn(success(op(PutRequest.newBuilder()))));
        call("future inside", () -> kv.txn(success(op(range("a", "").setRevision(1_000_000)))));
        call(
                "future inside a writing one",
                () -> kv.txn(success(op(put("w", "1")), op(range("a", "").setRevision(1_000_000)))));
        call("it changed nothing", () -> kv.range(range("w", "").build()));
        call(
                "unknown lease inside",
                () -> kv.txn(success(op(put("w", "1")), op(put("v", "1").setLease(9)))));
        call("the same key twice", () -> kv.txn(success(op(put("w", "1")), op(put("w", "2")))));
        call("put and delete", () -> kv.txn(success(op(put("w", "1")), op(delete("w", "")))));
        call("put and delete of a range", () -> kv.txn(success(op(delete("v", "x")), op(put("w", "1")))));
        call("put and an empty delete", () -> kv.txn(success(op(delete("x", "v")), op(put("w", "1")))));
        call("two deletes", () -> kv.txn(success(op(delete("w", "")), op(delete("v", "x")))));
        call(
                "twice in nested branches",
                () -> kv.txn(success(
                        op(TxnRequest.newBuilder().addSuccess(op(put("n", "1"))).addFailure(op(put("n", "2")))))));
        call(
                "twice across a nested one",
                () -> kv.txn(success(
                        op(put("n", "1")), op(TxnRequest.newBuilder().addFailure(op(put("n", "2")))))));
        call(
                "delete around a nested put",
                () -> kv.txn(success(
                        op(delete("m", "o")), op(TxnRequest.newBuilder().addSuccess(op(put("n", "2")))))));
        call(
                "nested with reads of its own writes",
                () -> kv.txn(success(
                        op(put("n", "3").setPrevKv(true)),
                        op(range("n", "")),
                        op(TxnRequest.newBuilder()
                                .addCompare(version("n", 1))
                                .addSuccess(op(range("n", "")))
                                .addSuccess(op(put("o", "1")))
                                .addFailure(op(delete("n", "").setPrevKv(true)))),
                        op(range("n", "p")))));
        for (int size : List.of(128, 129)) call(size + " operations", () -> kv.txn(success(many(size))));
        call(
                "129 compares",
                () -> kv.txn(TxnRequest.newBuilder()
                        .addAllCompare(java.util.Collections.nCopies(129, version("n", 1)))
                        .build()));
        call(
                "a nested one gets what is left",
                () -> kv.txn(TxnRequest.newBuilder()
                        .addAllSuccess(List.of(many(100)))
                        .addSuccess(op(TxnRequest.newBuilder().addAllSuccess(List.of(many(60)))))
                        .build()));
        compares();
        call(
                "compact everything",
                () -> kv.compact(CompactionRequest.newBuilder()
                        .setRevision(9)
                        .setPhysical(true)
                        .build()));
        call(
                "compact again",
                () -> kv.compact(CompactionRequest.newBuilder().setRevision(9).build()));
        call("compact 0", () -> kv.compact(CompactionRequest.getDefaultInstance()));
        call(
                "compact the future",
                () -> kv.compact(
                        CompactionRequest.newBuilder().setRevision(1_000_000).build()));
        call(
                "read what was compacted",
                () -> kv.range(range("a", "").setRevision(8).build()));
        call("the same in a transaction", () -> kv.txn(success(op(range("a", "").setRevision(8)))));
        call(
                "read at the compacted revision",
                () -> kv.range(range("a", "z").setRevision(9).build()));
    }

    private void compares() {
        call("a key to compare with", () -> kv.put(put("cmp", "5").build()));
        for (Compare.CompareTarget target : Compare.CompareTarget.values()) {
            if (target == Compare.CompareTarget.UNRECOGNIZED) continue;
            for (Compare.CompareResult result : Compare.CompareResult.values()) {
                if (result == Compare.CompareResult.UNRECOGNIZED) continue;
                for (String key : List.of("cmp", "nothing")) {
                    Compare.Builder compare = Compare.newBuilder()
                            .setTarget(target)
                            .setResult(result)
                            .setKey(bytes(key));
                    call(
                            key + " " + target + " " + result + " without a value",
                            () -> kv.txn(
                                    TxnRequest.newBuilder().addCompare(compare).build()));
                    call(
                            key + " " + target + " " + result + " over a range",
                            () -> kv.txn(TxnRequest.newBuilder()
                                    .addCompare(compare.clone().setRangeEnd(bytes("zzz")))
                                    .build()));
                }
            }
        }
    }

    private void leases() {
        call(
                "grant too much",
                () -> leases.leaseGrant(
                        LeaseGrantRequest.newBuilder().setTTL(9_000_000_001L).build()));
        call(
                "grant",
                () -> leases.leaseGrant(
                        LeaseGrantRequest.newBuilder().setID(LEASE).setTTL(600).build()));
        call(
                "grant again",
                () -> leases.leaseGrant(
                        LeaseGrantRequest.newBuilder().setID(LEASE).setTTL(600).build()));
        call(
                "grant nothing",
                () -> leases.leaseGrant(
                        LeaseGrantRequest.newBuilder().setID(LEASE + 1).build()));
        call(
                "grant less than nothing",
                () -> leases.leaseGrant(LeaseGrantRequest.newBuilder()
                        .setID(LEASE + 2)
                        .setTTL(-5)
                        .build()));
        call(
                "grant with a negative id",
                () -> leases.leaseGrant(
                        LeaseGrantRequest.newBuilder().setID(-5).setTTL(600).build()));
        call(
                "revoke that",
                () -> leases.leaseRevoke(
                        LeaseRevokeRequest.newBuilder().setID(-5).build()));
        call("attach", () -> kv.put(put("l", "1").setLease(LEASE).build()));
        call("keep it", () -> kv.put(put("l", "2").setIgnoreLease(true).build()));
        call(
                "keys only with a lease",
                () -> kv.range(range("cmp", "").setKeysOnly(true).build()));
        call(
                "time to live of nothing",
                () -> leases.leaseTimeToLive(LeaseTimeToLiveRequest.newBuilder()
                        .setID(9)
                        .setKeys(true)
                        .build()));
        call(
                "time to live",
                () ->
                        leases
                                .leaseTimeToLive(LeaseTimeToLiveRequest.newBuilder()
                                        .setID(LEASE)
                                        .setKeys(true)
                                        .build())
                                .toBuilder()
                                .clearTTL()
                                .build());
        call("leases", () -> {
            var reply = leases.leaseLeases(LeaseLeasesRequest.getDefaultInstance());
            return reply.toBuilder().clearLeases().build();
        });
        call(
                "compare with the lease",
                () -> kv.txn(TxnRequest.newBuilder()
                        .addCompare(Compare.newBuilder()
                                .setTarget(Compare.CompareTarget.LEASE)
                                .setKey(bytes("l"))
                                .setLease(LEASE))
                        .build()));
        call("revoke nothing", () -> leases.leaseRevoke(LeaseRevokeRequest.getDefaultInstance()));
        call(
                "revoke",
                () -> leases.leaseRevoke(
                        LeaseRevokeRequest.newBuilder().setID(LEASE).build()));
        call("its key is gone", () -> kv.range(range("l", "").build()));
    }

    private void membersAndMaintenance() {
        for (boolean linearizable : List.of(false, true))
            call(
                    "members " + linearizable,
                    () -> cluster.memberList(MemberListRequest.newBuilder()
                            .setLinearizable(linearizable)
                            .build()));
        call("remove nobody", () -> cluster.memberRemove(MemberRemoveRequest.getDefaultInstance()));
        call("promote nobody", () -> cluster.memberPromote(MemberPromoteRequest.getDefaultInstance()));
        call(
                "update nobody",
                () -> cluster.memberUpdate(MemberUpdateRequest.newBuilder()
                        .addPeerURLs("http://127.0.0.1:1")
                        .build()));
        for (String url : List.of("", "nonsense", "http://127.0.0.1", "http://127.0.0.1:1/path", "ftp://127.0.0.1:1"))
            call(
                    "add at '" + url + "'",
                    () -> cluster.memberAdd(
                            MemberAddRequest.newBuilder().addPeerURLs(url).build()));
        call("add without urls", () -> cluster.memberAdd(MemberAddRequest.getDefaultInstance()));
        call("alarms", () -> maintenance.alarm(AlarmRequest.getDefaultInstance()));
        call(
                "raise",
                () -> maintenance.alarm(AlarmRequest.newBuilder()
                        .setActionValue(1)
                        .setAlarmValue(1)
                        .setMemberID(7)
                        .build()));
        call(
                "raise again",
                () -> maintenance.alarm(AlarmRequest.newBuilder()
                        .setActionValue(1)
                        .setAlarmValue(1)
                        .setMemberID(7)
                        .build()));
        call("no space for a put", () -> kv.put(put("full", "1").build()));
        call(
                "no space for a lease",
                () -> leases.leaseGrant(
                        LeaseGrantRequest.newBuilder().setTTL(60).build()));
        call("no space for a put inside", () -> kv.txn(success(op(put("full", "1")))));
        call("space for reading", () -> kv.txn(success(op(range("full", "")))));
        call("space for deleting", () -> kv.deleteRange(delete("full", "").build()));
        call(
                "alarms then",
                () -> maintenance.alarm(AlarmRequest.newBuilder().setMemberID(7).build()));
        call(
                "disarm",
                () -> maintenance.alarm(AlarmRequest.newBuilder()
                        .setActionValue(2)
                        .setAlarmValue(1)
                        .setMemberID(7)
                        .build()));
        call(
                "disarm again",
                () -> maintenance.alarm(AlarmRequest.newBuilder()
                        .setActionValue(2)
                        .setAlarmValue(1)
                        .setMemberID(7)
                        .build()));
        call(
                "hash of the future",
                () -> maintenance.hashKV(
                        HashKVRequest.newBuilder().setRevision(1_000_000).build()));
        call(
                "hash of the past",
                () -> maintenance.hashKV(
                        HashKVRequest.newBuilder().setRevision(2).build()));
        call(
                "hash",
                () -> maintenance.hashKV(HashKVRequest.getDefaultInstance()).toBuilder()
                        .clearHashRevision() // 3.5 does not know the field
                        .build());
        call(
                "move to nobody",
                () -> maintenance.moveLeader(
                        MoveLeaderRequest.newBuilder().setTargetID(9).build()));
        call("auth status", () -> auth.authStatus(AuthStatusRequest.getDefaultInstance()));
        call(
                "log in",
                () -> auth.authenticate(AuthenticateRequest.newBuilder()
                        .setName("a")
                        .setPassword("b")
                        .build()));
        call("health", () -> health.check(HealthCheckRequest.getDefaultInstance()));
        call(
                "health of something",
                () -> health.check(HealthCheckRequest.newBuilder()
                        .setService("etcdserverpb.KV")
                        .build()));
    }

    private void call(String name, Supplier<Message> call) {
        calls.put(name, call);
    }

    static ByteString bytes(String text) {
        return ByteString.copyFromUtf8(text);
    }

    static ByteString zero() {
        return ByteString.copyFrom(new byte[1]);
    }

    static PutRequest.Builder put(String key, String value) {
        return PutRequest.newBuilder().setKey(bytes(key)).setValue(bytes(value));
    }

    private static RangeRequest.Builder range(String key, String end) {
        return RangeRequest.newBuilder().setKey(bytes(key)).setRangeEnd(bytes(end));
    }

    static DeleteRangeRequest.Builder delete(String key, String end) {
        return DeleteRangeRequest.newBuilder().setKey(bytes(key)).setRangeEnd(bytes(end));
    }

    private static Compare version(String key, long version) {
        return Compare.newBuilder().setKey(bytes(key)).setVersion(version).build();
    }

    private static RequestOp[] many(int size) {
        List<RequestOp> ops = new ArrayList<>();
        for (int i = 0; i < size; i++) ops.add(op(range("many" + i, "")));
        return ops.toArray(RequestOp[]::new);
    }

    private static RequestOp op(PutRequest.Builder put) {
        return RequestOp.newBuilder().setRequestPut(put).build();
    }

    private static RequestOp op(RangeRequest.Builder range) {
        return RequestOp.newBuilder().setRequestRange(range).build();
    }

    private static RequestOp op(DeleteRangeRequest.Builder delete) {
        return RequestOp.newBuilder().setRequestDeleteRange(delete).build();
    }

    private static RequestOp op(TxnRequest.Builder txn) {
        return RequestOp.newBuilder().setRequestTxn(txn).build();
    }

    private static TxnRequest success(RequestOp... ops) {
        return TxnRequest.newBuilder().addAllSuccess(List.of(ops)).build();
    }
}
