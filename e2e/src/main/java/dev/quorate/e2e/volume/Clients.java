package dev.quorate.e2e.volume;

import com.google.protobuf.ByteString;
import dev.quorate.proto.etcdserverpb.CompactionRequest;
import dev.quorate.proto.etcdserverpb.KVGrpc;
import dev.quorate.proto.etcdserverpb.PutRequest;
import dev.quorate.proto.etcdserverpb.RangeRequest;
import dev.quorate.proto.etcdserverpb.RangeResponse;
import io.grpc.ManagedChannel;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.NettyChannelBuilder;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicLongArray;

/** Writers that own some keys each, and readers of all of them, until they are stopped. */
final class Clients implements AutoCloseable {
    private static final int WRITERS = 4;
    private static final int READERS = 2;

    private final ManagedChannel channel;

    /** The version of each key that was acknowledged last; a reader may only see this one or a later one. */
    private final AtomicLongArray acknowledged;

    private final List<Thread> threads = new ArrayList<>();
    private final AtomicLong writtenBytes = new AtomicLong();
    private final AtomicLong reads = new AtomicLong();
    private final AtomicLong failures = new AtomicLong();
    private final AtomicLong wrong = new AtomicLong();
    private final AtomicLong slowestNanos = new AtomicLong();
    private volatile boolean stopped;

    Clients(InetSocketAddress member, int keys) {
        this.acknowledged = new AtomicLongArray(keys);
        this.channel = NettyChannelBuilder.forAddress(member).usePlaintext().build();
    }

    void start(long seed) {
        stopped = false;
        SplittableRandom seeds = new SplittableRandom(seed);
        for (int i = 0; i < WRITERS + READERS; i++) {
            int number = i;
            SplittableRandom random = seeds.split();
            threads.add(Thread.ofPlatform().start(() -> {
                while (!stopped) timed(number < WRITERS ? () -> write(number, random) : () -> read(random));
            }));
        }
    }

    private void timed(Runnable call) {
        long begin = System.nanoTime();
        try {
            call.run();
            slowestNanos.accumulateAndGet(System.nanoTime() - begin, Math::max);
        } catch (StatusRuntimeException failure) {
            if (!stopped && failures.incrementAndGet() < 10) System.out.println("failed: " + failure.getMessage());
        }
    }

    private void write(int writer, SplittableRandom random) {
        int key = random.nextInt(acknowledged.length() / WRITERS) * WRITERS + writer;
        long version = acknowledged.get(key) + 1;
        ByteString value = Values.of(key, version);
        var _ = stub().put(PutRequest.newBuilder()
                .setKey(name(key))
                .setValue(value)
                .build());
        acknowledged.set(key, version);
        writtenBytes.addAndGet(value.size());
    }

    private void read(SplittableRandom random) {
        check(random.nextInt(acknowledged.length()));
        reads.incrementAndGet();
    }

    private void check(int key) {
        long atLeast = acknowledged.get(key);
        RangeResponse response =
                stub().range(RangeRequest.newBuilder().setKey(name(key)).build());
        long version = response.getKvsCount() == 0
                ? 0
                : Values.version(key, response.getKvs(0).getValue());
        if (version >= atLeast) return;
        wrong.incrementAndGet();
        System.out.printf("WRONG: key %d has version %d, %d was acknowledged%n", key, version, atLeast);
    }

    /** Reads every key. Returns how many there are. */
    int checkAll() {
        for (int key = 0; key < acknowledged.length(); key++) check(key);
        return acknowledged.length();
    }

    /** Drops all versions but the newest of each key. */
    void compact() {
        long revision = stub().range(RangeRequest.newBuilder()
                        .setKey(name(0))
                        .setCountOnly(true)
                        .build())
                .getHeader()
                .getRevision();
        var _ = stub().compact(
                        CompactionRequest.newBuilder().setRevision(revision).build());
    }

    long writtenBytes() {
        return writtenBytes.get();
    }

    long reads() {
        return reads.get();
    }

    long failures() {
        return failures.get();
    }

    long wrong() {
        return wrong.get();
    }

    /** The longest call since the last time this was asked. */
    double slowestSeconds() {
        return slowestNanos.getAndSet(0) / 1e9;
    }

    void stop() throws InterruptedException {
        stopped = true;
        for (Thread thread : threads) thread.join();
        threads.clear();
    }

    @Override
    public void close() {
        stopped = true;
        channel.shutdownNow();
    }

    private KVGrpc.KVBlockingStub stub() {
        return KVGrpc.newBlockingStub(channel).withWaitForReady().withDeadlineAfter(30, TimeUnit.SECONDS);
    }

    private static ByteString name(int key) {
        return ByteString.copyFromUtf8("volume/%07d".formatted(key));
    }
}
