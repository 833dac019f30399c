package dev.quorate.store.api;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import dev.quorate.proto.etcdserverpb.DeleteRangeRequest;
import dev.quorate.proto.etcdserverpb.KVGrpc;
import dev.quorate.proto.etcdserverpb.LeaseGrantRequest;
import dev.quorate.proto.etcdserverpb.LeaseGrantResponse;
import dev.quorate.proto.etcdserverpb.LeaseGrpc;
import dev.quorate.proto.etcdserverpb.LeaseKeepAliveRequest;
import dev.quorate.proto.etcdserverpb.LeaseKeepAliveResponse;
import dev.quorate.proto.etcdserverpb.PutRequest;
import dev.quorate.proto.etcdserverpb.PutResponse;
import dev.quorate.proto.etcdserverpb.WatchCreateRequest;
import dev.quorate.proto.etcdserverpb.WatchGrpc;
import dev.quorate.proto.etcdserverpb.WatchRequest;
import dev.quorate.proto.etcdserverpb.WatchResponse;
import dev.quorate.proto.mvccpb.Event;
import dev.quorate.store.watch.WatchRegistry;
import io.grpc.ManagedChannel;
import io.grpc.Status;
import io.grpc.netty.NettyChannelBuilder;
import io.grpc.stub.StreamObserver;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import java.util.function.IntConsumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * Very many leases and watches on one member; tiny in the build, {@code -Dbench=100000} for that many leases and 10,000 watches.
 * The client runs in the same process, so memory and CPU are those of both.
 */
class ManyClientsBenchTest {
    private static final boolean BIG = System.getProperty("bench") != null;
    private static final int LEASES = Integer.getInteger("bench", 300);
    private static final int WATCHES = BIG ? 10_000 : 100;
    private static final int STREAMS = 10;
    private static final int IN_FLIGHT = 500;

    /** A lease and its keys may outlive their time by a second; a small build machine has more to do than that. */
    private static final int MOST_SECONDS_LATE = BIG ? 1 : 3;

    private LoneMember member;
    private ManagedChannel channel;

    @BeforeEach
    void start() throws Exception {
        member = new LoneMember();
        channel =
                NettyChannelBuilder.forAddress(member.address()).usePlaintext().build();
    }

    @AfterEach
    void stop() {
        channel.shutdownNow();
        member.close();
    }

    /** Hears of each reply. */
    private record Each<M>(Consumer<M> heard) implements StreamObserver<M> {
        @Override
        public void onNext(M message) {
            heard.accept(message);
        }

        /** Whoever counts replies then waits in vain, and the test fails. */
        @Override
        public void onError(Throwable failure) {
            if (Status.fromThrowable(failure).getCode() != Status.Code.UNAVAILABLE) failure.printStackTrace();
        }

        @Override
        public void onCompleted() {}
    }

    private static void inFlight(String what, int count, Semaphore room, IntConsumer call) throws InterruptedException {
        long start = System.nanoTime();
        for (int i = 1; i <= count; i++) {
            room.acquire();
            call.accept(i);
        }
        room.acquire(IN_FLIGHT);
        room.release(IN_FLIGHT);
        double seconds = (System.nanoTime() - start) / 1e9;
        System.out.printf("bench %-34s %,12.0f /s%n", what, count / seconds);
    }

    private static long usedMegabytes() {
        var memory = ManagementFactory.getMemoryMXBean();
        memory.gc();
        return memory.getHeapMemoryUsage().getUsed() >> 20;
    }

    @Test
    void leases() throws Exception {
        LeaseGrpc.LeaseStub leases = LeaseGrpc.newStub(channel);
        KVGrpc.KVStub kv = KVGrpc.newStub(channel);
        Semaphore room = new Semaphore(IN_FLIGHT);
        long before = usedMegabytes();
        inFlight(
                "grants, ttl 600",
                LEASES,
                room,
                id -> leases.leaseGrant(
                        LeaseGrantRequest.newBuilder().setID(id).setTTL(600).build(),
                        new Each<LeaseGrantResponse>(reply -> room.release())));
        System.out.println("bench MB for them: " + (usedMegabytes() - before));
        StreamObserver<LeaseKeepAliveRequest> stream =
                leases.leaseKeepAlive(new Each<LeaseKeepAliveResponse>(reply -> room.release()));
        inFlight(
                "renewals on one stream",
                LEASES,
                room,
                id -> stream.onNext(LeaseKeepAliveRequest.newBuilder().setID(id).build()));
        endTogether(leases, kv, room);
        assertThat(member.node().orElseThrow().state().leases().size()).isEqualTo(LEASES);
    }

    /** How late the latest is, while others write. */
    private void endTogether(LeaseGrpc.LeaseStub leases, KVGrpc.KVStub kv, Semaphore room) throws InterruptedException {
        long ttl = 3 + LEASES / 5_000;
        long[] due = new long[LEASES + 1];
        inFlight("grants that end together", LEASES, room, id -> {
            due[id] = System.nanoTime() + TimeUnit.SECONDS.toNanos(ttl);
            leases.leaseGrant(
                    LeaseGrantRequest.newBuilder()
                            .setID(LEASES + id)
                            .setTTL(ttl)
                            .build(),
                    new Each<LeaseGrantResponse>(reply -> room.release()));
        });
        inFlight(
                "a key for each",
                LEASES,
                room,
                id -> kv.put(
                        PutRequest.newBuilder()
                                .setKey(ByteString.copyFromUtf8("key/" + id))
                                .setLease(LEASES + id)
                                .build(),
                        new Each<PutResponse>(reply -> room.release())));
        Semaphore gone = new Semaphore(0);
        AtomicLong latest = new AtomicLong();
        Semaphore created = new Semaphore(0);
        StreamObserver<WatchRequest> watch = WatchGrpc.newStub(channel).watch(new Each<WatchResponse>(reply -> {
            if (reply.getCreated()) created.release();
            for (Event event : reply.getEventsList()) {
                String key = event.getKv().getKey().toStringUtf8();
                long late = System.nanoTime() - due[Integer.parseInt(key.substring("key/".length()))];
                latest.accumulateAndGet(late, Math::max);
            }
            gone.release(reply.getEventsCount());
        }));
        watch.onNext(WatchRequest.newBuilder()
                .setCreateRequest(WatchCreateRequest.newBuilder()
                        .setKey(ByteString.copyFromUtf8("key/"))
                        .setRangeEnd(ByteString.copyFromUtf8("key0")))
                .build());
        created.acquire();
        long puts = 0;
        while (!gone.tryAcquire(LEASES)) {
            assertThat(System.nanoTime()).isLessThan(due[LEASES] + TimeUnit.SECONDS.toNanos(60));
            room.acquire();
            kv.put(
                    PutRequest.newBuilder()
                            .setKey(ByteString.copyFromUtf8("load/" + ++puts % 1_000))
                            .build(),
                    new Each<PutResponse>(reply -> room.release()));
        }
        System.out.printf(
                "bench the latest key of a lease that ended, beside %,d puts: %.3f s%n", puts, latest.get() / 1e9);
        assertThat(latest.get()).isLessThan(TimeUnit.SECONDS.toNanos(MOST_SECONDS_LATE));
    }

    @Test
    void watches() throws Exception {
        KVGrpc.KVBlockingStub kv = KVGrpc.newBlockingStub(channel);
        Semaphore created = new Semaphore(0);
        Semaphore events = new Semaphore(0);
        long before = usedMegabytes();
        List<StreamObserver<WatchRequest>> streams = new ArrayList<>();
        for (int i = 0; i < STREAMS; i++) {
            streams.add(WatchGrpc.newStub(channel).watch(new Each<WatchResponse>(reply -> {
                if (reply.getCreated()) created.release();
                events.release(reply.getEventsCount());
            })));
        }
        long start = System.nanoTime();
        for (int i = 0; i < WATCHES; i++) {
            streams.get(i % STREAMS)
                    .onNext(WatchRequest.newBuilder()
                            .setCreateRequest(WatchCreateRequest.newBuilder()
                                    .setKey(ByteString.copyFromUtf8("w/" + i / 10 + "/"))
                                    .setRangeEnd(ByteString.copyFromUtf8("w/" + i / 10 + "0"))
                                    .setPrevKv(true))
                            .build());
        }
        assertThat(created.tryAcquire(WATCHES, 60, TimeUnit.SECONDS)).isTrue();
        System.out.printf(
                "bench %,d watches opened at %,.0f /s, %d MB%n",
                WATCHES, WATCHES / ((System.nanoTime() - start) / 1e9), usedMegabytes() - before);
        int puts = WATCHES / 2;
        start = System.nanoTime();
        for (int i = 0; i < puts; i++)
            kv.put(PutRequest.newBuilder()
                    .setKey(ByteString.copyFromUtf8("w/" + i % (WATCHES / 10) + "/x"))
                    .setValue(ByteString.copyFrom(new byte[256]))
                    .build());
        assertThat(events.tryAcquire(puts * 10, 60, TimeUnit.SECONDS)).isTrue();
        System.out.printf(
                "bench 10 of %,d watches hear each of %,d puts: %,.0f events/s%n",
                WATCHES, puts, puts * 10 / ((System.nanoTime() - start) / 1e9));
        start = System.nanoTime();
        kv.deleteRange(DeleteRangeRequest.newBuilder()
                .setKey(ByteString.copyFromUtf8("w/"))
                .setRangeEnd(ByteString.copyFromUtf8("w0"))
                .build());
        assertThat(events.tryAcquire(WATCHES, 60, TimeUnit.SECONDS)).isTrue();
        System.out.printf("bench one deletion heard by all in %.1f ms%n", (System.nanoTime() - start) / 1e6);
        WatchRegistry registry = member.node().orElseThrow().watches();
        assertThat(registry.size()).isEqualTo(WATCHES);
        assertThat(registry.queuedBytes()).isZero();
    }
}
