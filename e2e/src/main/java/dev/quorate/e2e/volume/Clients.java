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
    /** The size of each key's newest version. */
    private final AtomicLongArray sizes;

    private final AtomicLong liveBytes = new AtomicLong();
    private final AtomicLong writtenBytes = new AtomicLong();
    private final AtomicLong reads = new AtomicLong();
    private final AtomicLong failures = new AtomicLong();
    private final AtomicLong wrong = new AtomicLong();
    private final AtomicLong slowestNanos = new AtomicLong();
    private final AtomicLong slowestLatelyNanos = new AtomicLong();
    private long compacted;
    private volatile boolean stopped;

    Clients(InetSocketAddress member, int keys) {
        this.acknowledged = new AtomicLongArray(keys);
        this.sizes = new AtomicLongArray(keys);
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
            long took = System.nanoTime() - begin;
            slowestNanos.accumulateAndGet(took, Math::max);
            slowestLatelyNanos.accumulateAndGet(took, Math::max);
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
        liveBytes.addAndGet(value.size() - sizes.getAndSet(key, value.size()));
    }

    private void read(SplittableRandom random) {
        int key = random.nextInt(acknowledged.length());
        if (!isThere(key)) wrong.incrementAndGet();
        reads.incrementAndGet();
    }

    /** Whether a key has the value that was acknowledged last, or a later one. */
    private boolean isThere(int key) {
        long atLeast = acknowledged.get(key);
        RangeResponse response =
                stub().range(RangeRequest.newBuilder().setKey(name(key)).build());
        long version = response.getKvsCount() == 0
                ? 0
                : Values.version(key, response.getKvs(0).getValue());
        if (version >= atLeast) return true;
        System.out.printf("WRONG: key %d has version %d, %d was acknowledged%n", key, version, atLeast);
        return false;
    }

    /** Reads every key. Returns how many have not what was acknowledged. */
    int lacking() {
        int lacking = 0;
        for (int key = 0; key < acknowledged.length(); key++) if (!isThere(key)) lacking++;
        return lacking;
    }

    /** Drops all versions but the newest of each key. */
    void compact() {
        long revision = stub().range(RangeRequest.newBuilder()
                        .setKey(name(0))
                        .setCountOnly(true)
                        .build())
                .getHeader()
                .getRevision();
        if (revision == compacted) return;
        compacted = revision;
        var _ = stub().compact(
                        CompactionRequest.newBuilder().setRevision(revision).build());
    }

    long writtenBytes() {
        return writtenBytes.get();
    }

    /** Of the newest version of every key. */
    long liveBytes() {
        return liveBytes.get();
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

    /** The longest call that was answered. */
    double slowestSeconds() {
        return slowestNanos.get() / 1e9;
    }

    /** The longest since the last time this was asked. */
    double slowestSecondsLately() {
        return slowestLatelyNanos.getAndSet(0) / 1e9;
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
