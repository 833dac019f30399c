package dev.quorate.e2e.heartbeat;

import com.google.protobuf.ByteString;
import dev.quorate.e2e.process.MemberProcesses;
import dev.quorate.proto.etcdserverpb.KVGrpc;
import dev.quorate.proto.etcdserverpb.PutRequest;
import dev.quorate.proto.etcdserverpb.RangeRequest;
import io.grpc.ManagedChannel;
import io.grpc.netty.NettyChannelBuilder;
import io.grpc.stub.StreamObserver;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAccumulator;

/** As many calls as the members take, until it is closed. A call that fails is counted and followed by the next one. */
final class Storm implements AutoCloseable {
    private static final ByteString KEYS = ByteString.copyFromUtf8("storm/");
    private static final ByteString KEYS_END = ByteString.copyFromUtf8("storm0");
    private static final int KEY_COUNT = 20_000;
    private static final ByteString VALUE = ByteString.copyFrom(new byte[1024]);
    private static final long CALL_SECONDS = 20;
    private static final long AFTER_FAILURE_MILLIS = 50;

    private final List<ManagedChannel> channels = new ArrayList<>();
    private final AtomicLong number = new AtomicLong();
    private final AtomicLong answered = new AtomicLong();
    private final AtomicLong failed = new AtomicLong();
    private final AtomicLong lastAnswerNanos = new AtomicLong(System.nanoTime());
    private final LongAccumulator longestSilenceNanos = new LongAccumulator(Math::max, 0);
    private volatile boolean closed;

    private Storm(MemberProcesses members, List<Integer> to, int connections) {
        for (int i = 0; i < connections; i++) {
            channels.add(NettyChannelBuilder.forAddress(members.client(to.get(i % to.size())))
                    .usePlaintext()
                    .maxInboundMessageSize(256 << 20)
                    .build());
        }
    }

    /** Puts of 1 KiB over 20,000 keys. */
    static Storm ofPuts(MemberProcesses members, List<Integer> to, int connections, int clientsPerConnection) {
        Storm storm = new Storm(members, to, connections);
        for (ManagedChannel channel : storm.channels) {
            for (int i = 0; i < clientsPerConnection; i++) storm.put(KVGrpc.newStub(channel));
        }
        return storm;
    }

    /** Linearizable reads of all these keys at once: 20 MiB an answer. */
    static Storm ofHugeRanges(MemberProcesses members, List<Integer> to, int clients) {
        Storm storm = new Storm(members, to, clients);
        for (ManagedChannel channel : storm.channels) storm.range(KVGrpc.newStub(channel));
        return storm;
    }

    long answered() {
        return answered.get();
    }

    long failed() {
        return failed.get();
    }

    /** The longest time without any answer. */
    double longestSilenceSeconds() {
        return longestSilenceNanos.get() / 1e9;
    }

    private void put(KVGrpc.KVStub stub) {
        ByteString key = KEYS.concat(ByteString.copyFromUtf8(String.valueOf(number.getAndIncrement() % KEY_COUNT)));
        PutRequest request = PutRequest.newBuilder().setKey(key).setValue(VALUE).build();
        stub.withDeadlineAfter(CALL_SECONDS, TimeUnit.SECONDS).put(request, new Answer<>(() -> put(stub)));
    }

    private void range(KVGrpc.KVStub stub) {
        RangeRequest request =
                RangeRequest.newBuilder().setKey(KEYS).setRangeEnd(KEYS_END).build();
        stub.withDeadlineAfter(CALL_SECONDS, TimeUnit.SECONDS).range(request, new Answer<>(() -> range(stub)));
    }

    private final class Answer<T> implements StreamObserver<T> {
        private final Runnable next;

        Answer(Runnable next) {
            this.next = next;
        }

        @Override
        public void onNext(T answer) {
            answered.incrementAndGet();
            long now = System.nanoTime();
            longestSilenceNanos.accumulate(now - lastAnswerNanos.getAndSet(now));
        }

        @Override
        public void onError(Throwable error) {
            if (closed) return;
            failed.incrementAndGet();
            Thread.ofVirtual().start(() -> {
                try {
                    TimeUnit.MILLISECONDS.sleep(AFTER_FAILURE_MILLIS);
                    if (!closed) next.run();
                } catch (InterruptedException ended) {
                    Thread.currentThread().interrupt();
                }
            });
        }

        @Override
        public void onCompleted() {
            if (!closed) next.run();
        }
    }

    @Override
    public void close() {
        closed = true;
        channels.forEach(ManagedChannel::shutdownNow);
    }
}
