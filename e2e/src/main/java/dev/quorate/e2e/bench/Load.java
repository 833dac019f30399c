package dev.quorate.e2e.bench;

import dev.quorate.e2e.process.MemberProcesses;
import io.grpc.CallOptions;
import io.grpc.ManagedChannel;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import io.grpc.netty.NettyChannelBuilder;
import io.grpc.stub.ClientCalls;
import io.grpc.stub.StreamObserver;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BooleanSupplier;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;

/**
 * A closed loop: so many connections, on each so many clients, each sends its next call when the last is answered.
 *
 * <p>A call that a busy server refuses is counted and sent again; any other error ends the load.
 */
final class Load implements AutoCloseable {

    /** One call of the load: a method and the bytes of its request. */
    static final class Call {
        private final MethodDescriptor<byte[], byte[]> method;
        private final byte[] request;

        Call(MethodDescriptor<byte[], byte[]> method, byte[] request) {
            this.method = method;
            this.request = request;
        }
    }

    private final MemberProcesses servers;
    private final List<ManagedChannel> channels = new ArrayList<>();
    private final int clientsPerConnection;

    /** Connects to one member, or with member -1 to all in turn. */
    Load(MemberProcesses servers, int member, int connections, int clientsPerConnection) {
        this.servers = servers;
        this.clientsPerConnection = clientsPerConnection;
        for (int i = 0; i < connections; i++) {
            channels.add(
                    NettyChannelBuilder.forAddress(servers.client(member >= 0 ? member : i % servers.memberCount()))
                            .usePlaintext()
                            .directExecutor()
                            .maxInboundMessageSize(64 << 20)
                            .build());
        }
    }

    List<ManagedChannel> channels() {
        return channels;
    }

    /** Builds all calls first, so that the client's work for them falls outside the measurement; then runs them. */
    Figures measure(int total, IntFunction<Call> calls) throws InterruptedException, IOException {
        Call[] prepared = new Call[total];
        Arrays.setAll(prepared, calls);
        return run(total, () -> false, number -> prepared[number]);
    }

    /** Runs {@code total} calls whose figures nobody reads. */
    void fill(int total, IntFunction<Call> calls) throws InterruptedException, IOException {
        run(total, () -> false, calls);
    }

    /** Runs calls until {@code enough}, at most {@code most}. */
    Figures run(int most, BooleanSupplier enough, IntFunction<Call> calls) throws InterruptedException, IOException {
        Run run = new Run(most, enough, calls, channels.size() * clientsPerConnection);
        double cpu = servers.cpuSeconds();
        long begin = System.nanoTime();
        for (ManagedChannel channel : channels) {
            for (int i = 0; i < clientsPerConnection; i++) run.next(channel);
        }
        if (!run.clients.await(600, TimeUnit.SECONDS)) throw new IllegalStateException("the load hangs");
        double seconds = (System.nanoTime() - begin) / 1e9;
        Throwable failure = run.failure.get();
        if (failure != null) throw new IllegalStateException("a call of the load failed: " + failure, failure);
        long[] nanos = Arrays.copyOf(run.nanos, run.finished.get());
        return Figures.of(nanos, run.refused.get(), seconds, servers.cpuSeconds() - cpu);
    }

    @Override
    public void close() {
        for (ManagedChannel channel : channels) channel.shutdownNow();
    }

    private static final class Run {
        final int most;
        final BooleanSupplier enough;
        final IntFunction<Call> calls;
        final long[] nanos;
        final AtomicInteger issued = new AtomicInteger();
        final AtomicInteger finished = new AtomicInteger();
        final AtomicInteger refused = new AtomicInteger();
        final CountDownLatch clients;
        final AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();

        Run(int most, BooleanSupplier enough, IntFunction<Call> calls, int clientCount) {
            this.most = most;
            this.enough = enough;
            this.calls = calls;
            this.nanos = new long[most];
            this.clients = new CountDownLatch(clientCount);
        }

        /** By the text: etcd sends this one without its code. */
        private static boolean tooBusy(Throwable error) {
            return "etcdserver: too many requests"
                    .equals(Status.fromThrowable(error).getDescription());
        }

        void next(ManagedChannel channel) {
            int number = enough.getAsBoolean() || failure.get() != null ? most : issued.getAndIncrement();
            if (number >= most) {
                clients.countDown();
                return;
            }
            send(channel, calls.apply(number));
        }

        private void send(ManagedChannel channel, Call call) {
            long begin = System.nanoTime();
            ClientCalls.asyncUnaryCall(
                    channel.newCall(call.method, CallOptions.DEFAULT), call.request, new StreamObserver<byte[]>() {
                        @Override
                        public void onNext(byte[] reply) {
                            nanos[finished.getAndIncrement()] = System.nanoTime() - begin;
                        }

                        @Override
                        public void onError(Throwable error) {
                            if (tooBusy(error) && failure.get() == null) {
                                refused.incrementAndGet();
                                send(channel, call);
                                return;
                            }
                            failure.compareAndSet(null, error);
                            next(channel);
                        }

                        @Override
                        public void onCompleted() {
                            next(channel);
                        }
                    });
        }
    }
}
