package dev.quorate.store.api;

import static dev.quorate.store.api.RawRequests.bytes;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.Message;
import dev.quorate.proto.etcdserverpb.LeaseGrantRequest;
import dev.quorate.proto.etcdserverpb.LeaseGrpc;
import dev.quorate.proto.etcdserverpb.LeaseRevokeRequest;
import dev.quorate.proto.etcdserverpb.LeaseTimeToLiveRequest;
import dev.quorate.proto.v3electionpb.CampaignRequest;
import dev.quorate.proto.v3electionpb.CampaignResponse;
import dev.quorate.proto.v3electionpb.ElectionGrpc;
import dev.quorate.proto.v3electionpb.LeaderKey;
import dev.quorate.proto.v3electionpb.LeaderRequest;
import dev.quorate.proto.v3electionpb.LeaderResponse;
import dev.quorate.proto.v3electionpb.ProclaimRequest;
import dev.quorate.proto.v3electionpb.ResignRequest;
import dev.quorate.proto.v3lockpb.LockGrpc;
import dev.quorate.proto.v3lockpb.LockRequest;
import dev.quorate.proto.v3lockpb.LockResponse;
import dev.quorate.proto.v3lockpb.UnlockRequest;
import dev.quorate.store.differential.EtcdProcess;
import dev.quorate.store.differential.Normal;
import io.grpc.Context;
import io.grpc.ManagedChannel;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.NettyChannelBuilder;
import io.grpc.stub.StreamObserver;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Locks and elections, told as a story; with {@code -Detcd=/path/to/etcd} a real etcd must tell the same one. */
class LocksAndElectionsTest {
    private static final String TOLD = """
            lock: header { revision: 2 } key: "job/a1"
            lock again: header { revision: 2 } key: "job/a1"
            unknown lease: UNKNOWN etcdserver: requested lease not found
            nothing yet
            unlock: header { revision: 4 }
            then the second: header { revision: 4 } key: "job/a2"
            nothing yet
            the third when the lease of the second ends: header { revision: 6 } key: "job/a3"
            unlock nothing: header { revision: 6 }
            unlock without a key: UNKNOWN etcdserver: key is not provided
            no leader: UNKNOWN election: no leader
            campaign: header { revision: 7 } leader { name: "vote" key: "vote/a1" rev: 7 lease: 161 }
            leader: header { revision: 7 } kv { key: "vote/a1" create_revision: 7 mod_revision: 7 version: 1 value: "one" lease: 161 }
            observed: header { revision: 7 } kv { key: "vote/a1" create_revision: 7 mod_revision: 7 version: 1 value: "one" lease: 161 }
            proclaim: header { revision: 8 }
            observed: header { revision: 8 } kv { key: "vote/a1" create_revision: 7 mod_revision: 8 version: 2 value: "uno" lease: 161 }
            nothing yet
            resign: header { revision: 10 }
            the next: header { revision: 9 } leader { name: "vote" key: "vote/a3" rev: 9 lease: 163 }
            observed: header { revision: 10 } kv { key: "vote/a3" create_revision: 9 mod_revision: 9 version: 1 value: "three" lease: 163 }
            proclaim after it: UNKNOWN election: not leader
            resign again: header { revision: 10 }
            proclaim what: UNKNOWN "leader" field must be provided
            resign what: UNKNOWN "leader" field must be provided
            """;

    private static final long QUIET_MILLIS = 300;

    private final List<String> story = new ArrayList<>();

    @Test
    void theStoryIsToldAsEtcdTellsIt(@TempDir Path folder) throws Exception {
        String etcd = System.getProperty("etcd");
        if (etcd != null) {
            try (EtcdProcess process = new EtcdProcess(Path.of(etcd), folder)) {
                tell("127.0.0.1", process.port());
            }
            assertThat(String.join("\n", story) + "\n").isEqualTo(TOLD);
            story.clear();
        }
        try (LoneMember member = new LoneMember()) {
            tell("127.0.0.1", member.address().getPort());
        }
        assertThat(String.join("\n", story) + "\n").isEqualTo(TOLD);
    }

    /** Else what a dead client has registered would live for as long as its connection seems to. */
    @Test
    void aLeaseIsNotKeptAliveByWaiting(@TempDir Path folder) throws Exception {
        try (LoneMember member = new LoneMember()) {
            waitsWithALeaseThatEnds(member.address().getPort());
        }
        String etcd = System.getProperty("etcd");
        if (etcd == null) return;
        try (EtcdProcess process = new EtcdProcess(Path.of(etcd), folder)) {
            waitsWithALeaseThatEnds(process.port());
        }
    }

    private void waitsWithALeaseThatEnds(int port) throws Exception {
        ManagedChannel channel =
                NettyChannelBuilder.forAddress("127.0.0.1", port).usePlaintext().build();
        try {
            var leases = LeaseGrpc.newBlockingStub(channel).withWaitForReady();
            for (long ttl : new long[] {1_000, 2})
                assertThat(leases.leaseGrant(LeaseGrantRequest.newBuilder()
                                        .setID(ttl)
                                        .setTTL(ttl)
                                        .build())
                                .getTTL())
                        .isEqualTo(ttl);
            LockResponse held = LockGrpc.newBlockingStub(channel).lock(lock(1_000));
            Heard<LockResponse> waits = new Heard<>();
            LockGrpc.newStub(channel).lock(lock(2), waits);
            long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
            LeaseTimeToLiveRequest left =
                    LeaseTimeToLiveRequest.newBuilder().setID(2).build();
            while (leases.leaseTimeToLive(left).getTTL() >= 0) {
                assertThat(System.nanoTime()).as("the lease ends").isLessThan(end);
                LockSupport.parkNanos(10_000_000);
            }
            var _ = LockGrpc.newBlockingStub(channel)
                    .unlock(UnlockRequest.newBuilder().setKey(held.getKey()).build());
            assertThat(waits.next()).asString().contains("mutex: session is expired");
        } finally {
            channel.shutdownNow();
        }
    }

    private void tell(String host, int port) throws Exception {
        ManagedChannel channel =
                NettyChannelBuilder.forAddress(host, port).usePlaintext().build();
        try {
            var leases = LeaseGrpc.newBlockingStub(channel).withWaitForReady();
            for (long id = 0xa1; id <= 0xa3; id++) {
                var _ = leases.leaseGrant(
                        LeaseGrantRequest.newBuilder().setID(id).setTTL(1_000).build());
            }
            locks(channel, leases);
            elections(channel);
        } finally {
            channel.shutdownNow();
        }
    }

    private void locks(ManagedChannel channel, LeaseGrpc.LeaseBlockingStub leases) throws InterruptedException {
        var locks = LockGrpc.newBlockingStub(channel);
        note("lock", () -> locks.lock(lock(0xa1)));
        note("lock again", () -> locks.lock(lock(0xa1)));
        note("unknown lease", () -> locks.lock(lock(0xff)));
        Heard<LockResponse> second = new Heard<>();
        LockGrpc.newStub(channel).lock(lock(0xa2), second);
        nothingYet(second);
        note("unlock", () -> locks.unlock(unlock("job/a1")));
        note("then the second", second::next);
        Heard<LockResponse> third = new Heard<>();
        LockGrpc.newStub(channel).lock(lock(0xa3), third);
        nothingYet(third);
        var _ = leases.leaseRevoke(LeaseRevokeRequest.newBuilder().setID(0xa2).build());
        note("the third when the lease of the second ends", third::next);
        note("unlock nothing", () -> locks.unlock(unlock("job/none")));
        note("unlock without a key", () -> locks.unlock(unlock("")));
    }

    private void elections(ManagedChannel channel) throws InterruptedException {
        var elections = ElectionGrpc.newBlockingStub(channel);
        LeaderRequest vote = LeaderRequest.newBuilder().setName(bytes("vote")).build();
        note("no leader", () -> elections.leader(vote));
        note("campaign", () -> elections.campaign(campaign(0xa1, "one")));
        note("leader", () -> elections.leader(vote));
        Heard<LeaderResponse> observed = new Heard<>();
        ElectionGrpc.newStub(channel).observe(vote, observed);
        note("observed", observed::next);
        LeaderKey one = LeaderKey.newBuilder()
                .setName(bytes("vote"))
                .setKey(bytes("vote/a1"))
                .setRev(7)
                .setLease(0xa1)
                .build();
        ProclaimRequest proclaim = ProclaimRequest.newBuilder()
                .setLeader(one)
                .setValue(bytes("uno"))
                .build();
        note("proclaim", () -> elections.proclaim(proclaim));
        note("observed", observed::next);
        Heard<CampaignResponse> next = new Heard<>();
        ElectionGrpc.newStub(channel).campaign(campaign(0xa3, "three"), next);
        nothingYet(next);
        ResignRequest resign = ResignRequest.newBuilder().setLeader(one).build();
        note("resign", () -> elections.resign(resign));
        note("the next", next::next);
        note("observed", observed::next);
        note("proclaim after it", () -> elections.proclaim(proclaim));
        note("resign again", () -> elections.resign(resign));
        note("proclaim what", () -> elections.proclaim(ProclaimRequest.getDefaultInstance()));
        note("resign what", () -> elections.resign(ResignRequest.getDefaultInstance()));
    }

    /** Who does not want to wait any longer stands in nobody's way. */
    @Test
    void aClientThatGoesAwayLeavesTheLine() throws Exception {
        try (LoneMember member = new LoneMember()) {
            ManagedChannel channel = NettyChannelBuilder.forAddress(member.address())
                    .usePlaintext()
                    .build();
            var locks = LockGrpc.newBlockingStub(channel);
            LockResponse first =
                    locks.lock(LockRequest.newBuilder().setName(bytes("job")).build());
            Heard<LockResponse> impatient = new Heard<>();
            Context.CancellableContext context = Context.current().withCancellation();
            context.run(() -> LockGrpc.newStub(channel)
                    .lock(LockRequest.newBuilder().setName(bytes("job")).build(), impatient));
            assertThat(impatient.came.poll(QUIET_MILLIS, TimeUnit.MILLISECONDS)).isNull();
            Heard<LockResponse> patient = new Heard<>();
            LockGrpc.newStub(channel)
                    .lock(LockRequest.newBuilder().setName(bytes("job")).build(), patient);
            context.cancel(null);
            var _ = locks.unlock(
                    UnlockRequest.newBuilder().setKey(first.getKey()).build());
            assertThat(patient.next().toString()).contains("job/");
            channel.shutdownNow();
        }
    }

    private static LockRequest lock(long lease) {
        return LockRequest.newBuilder().setName(bytes("job")).setLease(lease).build();
    }

    private static UnlockRequest unlock(String key) {
        return UnlockRequest.newBuilder().setKey(bytes(key)).build();
    }

    private static CampaignRequest campaign(long lease, String value) {
        return CampaignRequest.newBuilder()
                .setName(bytes("vote"))
                .setLease(lease)
                .setValue(bytes(value))
                .build();
    }

    private void nothingYet(Heard<?> heard) throws InterruptedException {
        Object came = heard.came.poll(QUIET_MILLIS, TimeUnit.MILLISECONDS);
        story.add(came == null ? "nothing yet" : "too early: " + came);
    }

    private void note(String what, Supplier<Object> call) {
        String told;
        try {
            told = call.get() instanceof Message message ? Normal.text(message).strip() : "nothing";
        } catch (StatusRuntimeException refused) {
            told = refused.getStatus().getCode() + " " + refused.getStatus().getDescription();
        }
        story.add(what + ": " + told);
    }

    /** What a call or stream brings. */
    private static final class Heard<M> implements StreamObserver<M> {
        final BlockingQueue<Object> came = new LinkedBlockingQueue<>();

        @Override
        public void onNext(M message) {
            came.add(message);
        }

        @Override
        public void onError(Throwable failure) {
            came.add(failure);
        }

        @Override
        public void onCompleted() {}

        Object next() {
            try {
                Object next = came.poll(20, TimeUnit.SECONDS);
                return next == null ? "nothing" : next;
            } catch (InterruptedException stopped) {
                Thread.currentThread().interrupt();
                return "interrupted";
            }
        }
    }
}
