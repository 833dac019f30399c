package dev.quorate.e2e.traffic;

import com.google.protobuf.ByteString;
import dev.quorate.proto.etcdserverpb.KVGrpc;
import dev.quorate.proto.etcdserverpb.LeaseGrantRequest;
import dev.quorate.proto.etcdserverpb.LeaseGrpc;
import dev.quorate.proto.etcdserverpb.LeaseKeepAliveRequest;
import dev.quorate.proto.etcdserverpb.LeaseKeepAliveResponse;
import dev.quorate.proto.etcdserverpb.PutRequest;
import dev.quorate.proto.etcdserverpb.RangeRequest;
import io.grpc.ManagedChannel;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.NettyChannelBuilder;
import io.grpc.stub.StreamObserver;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Queue;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Holds one lease after another with a key on it, keeps it alive for a while and looks whether the key is there for as
 * long as it was promised: its time to live from the moment the last answered renewal was sent. Its keys are not among
 * those of the {@link Workload}.
 */
public final class LeaseHolder implements AutoCloseable {
    private static final long TTL_SECONDS = 5;
    private static final long DEADLINE_MILLIS = 2_000;

    private final List<ManagedChannel> channels;
    private final SplittableRandom random;
    private final String name;

    /** A key of its own for every lease: a put without an answer may still be done much later. */
    private ByteString key = ByteString.EMPTY;

    private int leases;
    private final Queue<String> violations = new ConcurrentLinkedQueue<>();
    private final AtomicInteger looks = new AtomicInteger();
    private final Thread thread;
    private volatile boolean stopped;

    private LeaseHolder(List<InetSocketAddress> members, int number, SplittableRandom random) {
        this.random = random;
        this.name = "leased" + number + "-";
        this.channels = members.stream()
                .map(member ->
                        NettyChannelBuilder.forAddress(member).usePlaintext().build())
                .toList();
        this.thread = Thread.ofVirtual().unstarted(this::work);
    }

    public static LeaseHolder start(List<InetSocketAddress> members, int number, SplittableRandom random) {
        LeaseHolder holder = new LeaseHolder(members, number, random);
        holder.thread.start();
        return holder;
    }

    /** How often the key had to be there and was looked for. */
    public int looks() {
        return looks.get();
    }

    public List<String> stop() {
        close();
        return List.copyOf(violations);
    }

    @Override
    public void close() {
        stopped = true;
        try {
            thread.join(20_000);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        channels.forEach(ManagedChannel::shutdownNow);
    }

    private void work() {
        while (!stopped) {
            try {
                holdOne();
            } catch (StatusRuntimeException refused) {
                channels.forEach(ManagedChannel::resetConnectBackoff);
            } catch (InterruptedException e) {
                return;
            }
        }
    }

    private void holdOne() throws InterruptedException {
        key = ByteString.copyFromUtf8(name + leases++);
        long promisedFrom = System.nanoTime();
        long lease = LeaseGrpc.newBlockingStub(anyone())
                .withDeadlineAfter(DEADLINE_MILLIS, TimeUnit.MILLISECONDS)
                .leaseGrant(LeaseGrantRequest.newBuilder().setTTL(TTL_SECONDS).build())
                .getID();
        long written = kv().put(
                        PutRequest.newBuilder().setKey(key).setLease(lease).build())
                .getHeader()
                .getRevision();
        for (int i = random.nextInt(12); i >= 0 && !stopped; i--) {
            TimeUnit.MILLISECONDS.sleep(random.nextInt(200, 2_000));
            look(promisedFrom, written);
            long sent = System.nanoTime();
            if (isRenewed(lease)) promisedFrom = sent;
        }
    }

    /** What is read before the promise is over must be there. */
    private void look(long promisedFrom, long written) {
        boolean there;
        try {
            there = kv().range(RangeRequest.newBuilder().setKey(key).build()).getKvsList().stream()
                    .anyMatch(found -> found.getModRevision() == written);
        } catch (StatusRuntimeException unknown) {
            return;
        }
        long age = System.nanoTime() - promisedFrom;
        if (age >= TimeUnit.SECONDS.toNanos(TTL_SECONDS)) return;
        looks.incrementAndGet();
        if (!there)
            violations.add(key.toStringUtf8() + " written at " + written + " was gone " + age / 1_000_000
                    + " ms after its lease was renewed for " + TTL_SECONDS + " s");
    }

    private boolean isRenewed(long lease) {
        CompletableFuture<Long> ttl = new CompletableFuture<>();
        StreamObserver<LeaseKeepAliveRequest> requests = LeaseGrpc.newStub(anyone())
                .withDeadlineAfter(DEADLINE_MILLIS, TimeUnit.MILLISECONDS)
                .leaseKeepAlive(new StreamObserver<>() {
                    @Override
                    public void onNext(LeaseKeepAliveResponse response) {
                        ttl.complete(response.getTTL());
                    }

                    @Override
                    public void onError(Throwable error) {
                        ttl.complete(0L);
                    }

                    @Override
                    public void onCompleted() {
                        ttl.complete(0L);
                    }
                });
        requests.onNext(LeaseKeepAliveRequest.newBuilder().setID(lease).build());
        long granted = ttl.join();
        requests.onError(Status.CANCELLED.asRuntimeException());
        return granted > 0;
    }

    private KVGrpc.KVBlockingStub kv() {
        return KVGrpc.newBlockingStub(anyone()).withDeadlineAfter(DEADLINE_MILLIS, TimeUnit.MILLISECONDS);
    }

    private ManagedChannel anyone() {
        return channels.get(random.nextInt(channels.size()));
    }
}
