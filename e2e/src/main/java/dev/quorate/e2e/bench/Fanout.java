package dev.quorate.e2e.bench;

import com.google.protobuf.ByteString;
import dev.quorate.e2e.process.MemberProcesses;
import dev.quorate.proto.etcdserverpb.WatchCreateRequest;
import dev.quorate.proto.etcdserverpb.WatchRequest;
import io.grpc.CallOptions;
import io.grpc.ManagedChannel;
import io.grpc.stub.ClientCalls;
import io.grpc.stub.StreamObserver;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/** Many watchers of one key while it changes: how many events per second reach them, how old. */
final class Fanout {
    private static final int CREATED_TAG = 0x18;
    private static final int EVENT_TAG = 0x5a;
    private static final int EVENT_KV_TAG = 0x12;
    private static final int VALUE_TAG = 0x2a;

    private Fanout() {}

    static Figures measure(MemberProcesses servers, int streams, int watchersPerStream, int puts)
            throws IOException, InterruptedException {
        Deliveries deliveries = new Deliveries(streams * watchersPerStream, puts);
        try (Load watchers = new Load(servers, 0, streams, 1);
                Load writers = new Load(servers, 0, 1, 8)) {
            for (ManagedChannel channel : watchers.channels()) {
                StreamObserver<byte[]> requests = ClientCalls.asyncBidiStreamingCall(
                        channel.newCall(Calls.WATCH, CallOptions.DEFAULT), deliveries);
                for (int i = 0; i < watchersPerStream; i++) requests.onNext(create());
            }
            deliveries.awaitCreated();
            double cpu = servers.cpuSeconds();
            long begin = System.nanoTime();
            Figures written =
                    writers.run(puts, () -> false, number -> new Load.Call(Calls.PUT, Calls.put("fanout", stamped())));
            long[] nanos = deliveries.await();
            double seconds = (System.nanoTime() - begin) / 1e9;
            return Figures.of(nanos, written.refused(), seconds, servers.cpuSeconds() - cpu);
        }
    }

    /** A value that carries the time of its put, so that the latency includes the write itself. */
    private static byte[] stamped() {
        return ByteBuffer.allocate(Calls.VALUE_BYTES).putLong(System.nanoTime()).array();
    }

    private static byte[] create() {
        return WatchRequest.newBuilder()
                .setCreateRequest(WatchCreateRequest.newBuilder().setKey(ByteString.copyFromUtf8("fanout")))
                .build()
                .toByteArray();
    }

    /** Counts what arrives on all streams and how old it is. */
    private static final class Deliveries implements StreamObserver<byte[]> {
        private final long[] nanos;
        private final AtomicInteger events = new AtomicInteger();
        private final AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();
        private final CountDownLatch created;
        private final CountDownLatch delivered = new CountDownLatch(1);

        Deliveries(int watchers, int puts) {
            this.nanos = new long[Math.multiplyExact(watchers, puts)];
            this.created = new CountDownLatch(watchers);
        }

        void awaitCreated() throws InterruptedException {
            if (!created.await(60, TimeUnit.SECONDS)) {
                throw new IllegalStateException("watchers were not created; " + failure.get());
            }
        }

        long[] await() throws InterruptedException {
            if (!delivered.await(300, TimeUnit.SECONDS) || failure.get() != null) {
                throw new IllegalStateException(events + " of " + nanos.length + " events arrived; " + failure.get());
            }
            return nanos;
        }

        @Override
        public void onNext(byte[] reply) {
            long now = System.nanoTime();
            Fields message = new Fields(reply, 0, reply.length);
            boolean any = false;
            while (message.next()) {
                if (message.tag() == CREATED_TAG) created.countDown();
                if (message.tag() != EVENT_TAG) continue;
                any = true;
                int at = events.getAndIncrement();
                nanos[at] = now - message.nested(EVENT_KV_TAG).nested(VALUE_TAG).bigEndianLong();
            }
            if (any && events.get() >= nanos.length) delivered.countDown();
        }

        @Override
        public void onError(Throwable error) {
            if (delivered.getCount() > 0) failure.compareAndSet(null, error);
            delivered.countDown();
        }

        @Override
        public void onCompleted() {}
    }
}
