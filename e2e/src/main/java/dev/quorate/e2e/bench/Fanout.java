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
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/** Many watchers of one key while it changes: how many events per second reach them. */
final class Fanout {
    private static final int CREATED_TAG = 0x18;
    private static final int EVENT_TAG = 0x5a;

    private Fanout() {}

    static Figures measure(MemberProcesses servers, int streams, int watchersPerStream, int puts)
            throws IOException, InterruptedException {
        long wanted = (long) streams * watchersPerStream * puts;
        AtomicLong events = new AtomicLong();
        AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();
        CountDownLatch created = new CountDownLatch(streams * watchersPerStream);
        CountDownLatch delivered = new CountDownLatch(1);
        try (Load watchers = new Load(servers, 0, streams, 1);
                Load writers = new Load(servers, 0, 1, 8)) {
            for (ManagedChannel channel : watchers.channels()) {
                StreamObserver<byte[]> requests = ClientCalls.asyncBidiStreamingCall(
                        channel.newCall(Calls.WATCH, CallOptions.DEFAULT), new StreamObserver<byte[]>() {
                            @Override
                            public void onNext(byte[] reply) {
                                int count = count(reply, EVENT_TAG);
                                if (count == 0 && count(reply, CREATED_TAG) > 0) created.countDown();
                                if (count > 0 && events.addAndGet(count) >= wanted) delivered.countDown();
                            }

                            @Override
                            public void onError(Throwable error) {
                                if (delivered.getCount() > 0) failure.compareAndSet(null, error);
                            }

                            @Override
                            public void onCompleted() {}
                        });
                for (int i = 0; i < watchersPerStream; i++) requests.onNext(create());
            }
            if (!created.await(60, TimeUnit.SECONDS)) throw new IllegalStateException("watchers were not created");
            double cpu = servers.cpuSeconds();
            long begin = System.nanoTime();
            writers.run(puts, number -> new Load.Call(Calls.PUT, Calls.put("fanout")));
            if (!delivered.await(300, TimeUnit.SECONDS)) {
                throw new IllegalStateException(events + " of " + wanted + " events arrived; " + failure.get());
            }
            double seconds = (System.nanoTime() - begin) / 1e9;
            return new Figures(wanted / seconds, Double.NaN, Double.NaN, (servers.cpuSeconds() - cpu) * 1e6 / wanted);
        }
    }

    private static byte[] create() {
        return WatchRequest.newBuilder()
                .setCreateRequest(WatchCreateRequest.newBuilder().setKey(ByteString.copyFromUtf8("fanout")))
                .build()
                .toByteArray();
    }

    /** How often a field stands in the outermost message, without building objects for it. */
    private static int count(byte[] message, int tag) {
        int count = 0;
        int at = 0;
        while (at < message.length) {
            int found = message[at++] & 0xff;
            if (found == tag) count++;
            long value = 0;
            for (int shift = 0; ; shift += 7) {
                byte b = message[at++];
                value |= (long) (b & 0x7f) << shift;
                if (b >= 0) break;
            }
            if ((found & 7) == 2) at += (int) value;
        }
        return count;
    }
}
