package dev.quorate.store.api;

import static dev.quorate.store.api.RawRequests.bytes;
import static dev.quorate.store.api.RawRequests.delete;
import static dev.quorate.store.api.RawRequests.op;
import static dev.quorate.store.api.RawRequests.put;
import static dev.quorate.store.api.RawRequests.range;
import static dev.quorate.store.api.RawRequests.success;

import com.google.protobuf.Message;
import dev.quorate.proto.etcdserverpb.AlarmRequest;
import dev.quorate.proto.etcdserverpb.AlarmType;
import dev.quorate.proto.etcdserverpb.AuthStatusRequest;
import dev.quorate.proto.etcdserverpb.AuthenticateRequest;
import dev.quorate.proto.etcdserverpb.Compare;
import dev.quorate.proto.etcdserverpb.HashKVRequest;
import dev.quorate.proto.etcdserverpb.LeaseGrantRequest;
import dev.quorate.proto.etcdserverpb.LeaseLeasesRequest;
import dev.quorate.proto.etcdserverpb.LeaseRevokeRequest;
import dev.quorate.proto.etcdserverpb.LeaseTimeToLiveRequest;
import dev.quorate.proto.etcdserverpb.MemberAddRequest;
import dev.quorate.proto.etcdserverpb.MemberListRequest;
import dev.quorate.proto.etcdserverpb.MemberPromoteRequest;
import dev.quorate.proto.etcdserverpb.MemberRemoveRequest;
import dev.quorate.proto.etcdserverpb.MemberUpdateRequest;
import dev.quorate.proto.etcdserverpb.MoveLeaderRequest;
import dev.quorate.proto.etcdserverpb.TxnRequest;
import dev.quorate.proto.health.HealthCheckRequest;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

/** The part of {@link RawCalls} about leases, members and maintenance. */
final class RawOtherCalls {
    private static final long LEASE = 4242;

    private final RawCalls.Stubs stubs;
    private final Map<String, Supplier<Message>> calls;

    RawOtherCalls(RawCalls.Stubs stubs, Map<String, Supplier<Message>> calls) {
        this.stubs = stubs;
        this.calls = calls;
    }

    void add() {
        leases();
        lifeOfLeases();
        members();
        alarms();
        maintenance();
    }

    private void leases() {
        calls.put(
                "grant too much",
                () -> stubs.leases()
                        .leaseGrant(LeaseGrantRequest.newBuilder()
                                .setTTL(9_000_000_001L)
                                .build()));
        calls.put(
                "grant",
                () -> stubs.leases()
                        .leaseGrant(LeaseGrantRequest.newBuilder()
                                .setID(LEASE)
                                .setTTL(600)
                                .build()));
        calls.put(
                "grant again",
                () -> stubs.leases()
                        .leaseGrant(LeaseGrantRequest.newBuilder()
                                .setID(LEASE)
                                .setTTL(600)
                                .build()));
        calls.put(
                "grant nothing",
                () -> stubs.leases()
                        .leaseGrant(
                                LeaseGrantRequest.newBuilder().setID(LEASE + 1).build()));
        calls.put(
                "grant less than nothing",
                () -> stubs.leases()
                        .leaseGrant(LeaseGrantRequest.newBuilder()
                                .setID(LEASE + 2)
                                .setTTL(-5)
                                .build()));
        calls.put(
                "grant with a negative id",
                () -> stubs.leases()
                        .leaseGrant(LeaseGrantRequest.newBuilder()
                                .setID(-5)
                                .setTTL(600)
                                .build()));
        calls.put(
                "revoke that",
                () -> stubs.leases()
                        .leaseRevoke(LeaseRevokeRequest.newBuilder().setID(-5).build()));
        calls.put("attach", () -> stubs.kv().put(put("l", "1").setLease(LEASE).build()));
        calls.put(
                "keep it",
                () -> stubs.kv().put(put("l", "2").setIgnoreLease(true).build()));
        calls.put(
                "keys only with a lease",
                () -> stubs.kv().range(range("cmp", "").setKeysOnly(true).build()));
    }

    private void lifeOfLeases() {
        calls.put(
                "time to live of nothing",
                () -> stubs.leases()
                        .leaseTimeToLive(LeaseTimeToLiveRequest.newBuilder()
                                .setID(9)
                                .setKeys(true)
                                .build()));
        calls.put(
                "time to live",
                () -> stubs
                        .leases()
                        .leaseTimeToLive(LeaseTimeToLiveRequest.newBuilder()
                                .setID(LEASE)
                                .setKeys(true)
                                .build())
                        .toBuilder()
                        .clearTTL()
                        .build());
        calls.put("leases", () -> {
            var reply = stubs.leases().leaseLeases(LeaseLeasesRequest.getDefaultInstance());
            return reply.toBuilder().clearLeases().build();
        });
        calls.put(
                "compare with the lease",
                () -> stubs.kv()
                        .txn(TxnRequest.newBuilder()
                                .addCompare(Compare.newBuilder()
                                        .setTarget(Compare.CompareTarget.LEASE)
                                        .setKey(bytes("l"))
                                        .setLease(LEASE))
                                .build()));
        calls.put("revoke nothing", () -> stubs.leases().leaseRevoke(LeaseRevokeRequest.getDefaultInstance()));
        calls.put(
                "revoke",
                () -> stubs.leases()
                        .leaseRevoke(
                                LeaseRevokeRequest.newBuilder().setID(LEASE).build()));
        calls.put("its key is gone", () -> stubs.kv().range(range("l", "").build()));
    }

    private void members() {
        for (boolean linearizable : List.of(false, true))
            calls.put(
                    "members " + linearizable,
                    () -> stubs.cluster()
                            .memberList(MemberListRequest.newBuilder()
                                    .setLinearizable(linearizable)
                                    .build()));
        calls.put("remove nobody", () -> stubs.cluster().memberRemove(MemberRemoveRequest.getDefaultInstance()));
        calls.put("promote nobody", () -> stubs.cluster().memberPromote(MemberPromoteRequest.getDefaultInstance()));
        calls.put(
                "update nobody",
                () -> stubs.cluster()
                        .memberUpdate(MemberUpdateRequest.newBuilder()
                                .addPeerURLs("http://127.0.0.1:1")
                                .build()));
        for (String url : List.of("", "nonsense", "http://127.0.0.1", "http://127.0.0.1:1/path", "ftp://127.0.0.1:1"))
            calls.put(
                    "add at '" + url + "'",
                    () -> stubs.cluster()
                            .memberAdd(MemberAddRequest.newBuilder()
                                    .addPeerURLs(url)
                                    .build()));
        calls.put("add without urls", () -> stubs.cluster().memberAdd(MemberAddRequest.getDefaultInstance()));
    }

    private void alarms() {
        calls.put("alarms", () -> stubs.maintenance().alarm(AlarmRequest.getDefaultInstance()));
        calls.put(
                "raise",
                () -> stubs.maintenance()
                        .alarm(AlarmRequest.newBuilder()
                                .setAction(AlarmRequest.AlarmAction.ACTIVATE)
                                .setAlarm(AlarmType.NOSPACE)
                                .setMemberID(7)
                                .build()));
        calls.put(
                "raise again",
                () -> stubs.maintenance()
                        .alarm(AlarmRequest.newBuilder()
                                .setAction(AlarmRequest.AlarmAction.ACTIVATE)
                                .setAlarm(AlarmType.NOSPACE)
                                .setMemberID(7)
                                .build()));
        calls.put("no space for a put", () -> stubs.kv().put(put("full", "1").build()));
        calls.put(
                "no space for a lease",
                () -> stubs.leases()
                        .leaseGrant(LeaseGrantRequest.newBuilder().setTTL(60).build()));
        calls.put("no space for a put inside", () -> stubs.kv().txn(success(op(put("full", "1")))));
        calls.put("space for reading", () -> stubs.kv().txn(success(op(range("full", "")))));
        calls.put(
                "space for deleting",
                () -> stubs.kv().deleteRange(delete("full", "").build()));
        calls.put(
                "alarms then",
                () -> stubs.maintenance()
                        .alarm(AlarmRequest.newBuilder().setMemberID(7).build()));
        calls.put(
                "disarm",
                () -> stubs.maintenance()
                        .alarm(AlarmRequest.newBuilder()
                                .setAction(AlarmRequest.AlarmAction.DEACTIVATE)
                                .setAlarm(AlarmType.NOSPACE)
                                .setMemberID(7)
                                .build()));
        calls.put(
                "disarm again",
                () -> stubs.maintenance()
                        .alarm(AlarmRequest.newBuilder()
                                .setAction(AlarmRequest.AlarmAction.DEACTIVATE)
                                .setAlarm(AlarmType.NOSPACE)
                                .setMemberID(7)
                                .build()));
    }

    private void maintenance() {
        calls.put(
                "hash of the future",
                () -> stubs.maintenance()
                        .hashKV(HashKVRequest.newBuilder()
                                .setRevision(1_000_000)
                                .build()));
        calls.put(
                "hash of the past",
                () -> stubs.maintenance()
                        .hashKV(HashKVRequest.newBuilder().setRevision(2).build()));
        calls.put(
                "hash",
                () -> stubs.maintenance().hashKV(HashKVRequest.getDefaultInstance()).toBuilder()
                        .clearHashRevision() // 3.5 does not know the field
                        .build());
        calls.put(
                "move to nobody",
                () -> stubs.maintenance()
                        .moveLeader(
                                MoveLeaderRequest.newBuilder().setTargetID(9).build()));
        calls.put("auth status", () -> stubs.auth().authStatus(AuthStatusRequest.getDefaultInstance()));
        calls.put(
                "log in",
                () -> stubs.auth()
                        .authenticate(AuthenticateRequest.newBuilder()
                                .setName("a")
                                .setPassword("b")
                                .build()));
        calls.put("health", () -> stubs.health().check(HealthCheckRequest.getDefaultInstance()));
        calls.put(
                "health of something",
                () -> stubs.health()
                        .check(HealthCheckRequest.newBuilder()
                                .setService("etcdserverpb.KV")
                                .build()));
    }
}
