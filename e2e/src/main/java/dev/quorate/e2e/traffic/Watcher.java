package dev.quorate.e2e.traffic;

import com.google.protobuf.ByteString;
import dev.quorate.e2e.history.Change;
import dev.quorate.e2e.history.Heard;
import dev.quorate.proto.etcdserverpb.WatchCreateRequest;
import dev.quorate.proto.etcdserverpb.WatchGrpc;
import dev.quorate.proto.etcdserverpb.WatchRequest;
import dev.quorate.proto.etcdserverpb.WatchResponse;
import dev.quorate.proto.mvccpb.Event;
import io.grpc.Context;
import io.grpc.ManagedChannel;
import io.grpc.netty.NettyChannelBuilder;
import io.grpc.stub.StreamObserver;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** Watches everything from revision 1 on; now and then, or when it is cut off, it goes on with another member. */
public final class Watcher implements AutoCloseable {
    private static final ByteString EVERYTHING = ByteString.copyFrom(new byte[1]);

    private final List<ManagedChannel> channels;
    private final SplittableRandom random;
    private final Thread thread;
    private final List<List<Heard>> answers = new ArrayList<>();
    private volatile long lastRevision = 1;
    private volatile boolean stopped;

    private Watcher(List<InetSocketAddress> members, SplittableRandom random) {
        this.random = random;
        this.channels = members.stream()
                .map(member -> NettyChannelBuilder.forAddress(member)
                        .usePlaintext()
                        .maxInboundMessageSize(256 << 20)
                        .build())
                .toList();
        this.thread = Thread.ofVirtual().unstarted(this::watch);
    }

    public static Watcher start(List<InetSocketAddress> members, SplittableRandom random) {
        Watcher watcher = new Watcher(members, random);
        watcher.thread.start();
        return watcher;
    }

    /** Waits until it has come so far and returns what it heard, answer by answer. */
    public List<List<Heard>> stopAt(long revision) throws InterruptedException {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
        while (lastRevision < revision && System.nanoTime() < end) TimeUnit.MILLISECONDS.sleep(20);
        close();
        return List.copyOf(answers);
    }

    @Override
    public void close() {
        stopped = true;
        channels.forEach(ManagedChannel::shutdownNow);
        try {
            thread.join(10_000);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void watch() {
        while (!stopped) {
            ManagedChannel channel = channels.get(random.nextInt(channels.size()));
            channel.resetConnectBackoff();
            Stretch stretch = new Stretch();
            Context.CancellableContext call = Context.current().withCancellation();
            try {
                call.run(() -> WatchGrpc.newStub(channel)
                        .watch(stretch)
                        .onNext(WatchRequest.newBuilder()
                                .setCreateRequest(WatchCreateRequest.newBuilder()
                                        .setKey(EVERYTHING)
                                        .setRangeEnd(EVERYTHING)
                                        .setPrevKv(true)
                                        .setStartRevision(lastRevision + 1))
                                .build()));
                boolean ended = stretch.ended.await(random.nextInt(500, 8_000), TimeUnit.MILLISECONDS);
                stretch.leave();
                if (ended) TimeUnit.MILLISECONDS.sleep(50);
            } catch (InterruptedException e) {
                return;
            } finally {
                call.cancel(null);
            }
        }
    }

    /** What one stream tells, until it ends or is left. */
    private final class Stretch implements StreamObserver<WatchResponse> {
        private final CountDownLatch ended = new CountDownLatch(1);
        private boolean isOver;

        /** The next stream begins behind what was heard until now. */
        private void leave() {
            synchronized (answers) {
                isOver = true;
            }
        }

        @Override
        public void onNext(WatchResponse response) {
            List<Heard> heard =
                    response.getEventsList().stream().map(Watcher::heard).toList();
            synchronized (answers) {
                if (isOver || heard.isEmpty()) return;
                answers.add(heard);
                lastRevision = heard.getLast().change().revision();
            }
        }

        @Override
        public void onError(Throwable error) {
            ended.countDown();
        }

        @Override
        public void onCompleted() {
            ended.countDown();
        }
    }

    private static Heard heard(Event event) {
        boolean put = event.getType() == Event.EventType.PUT;
        return new Heard(
                new Change(
                        event.getKv().getModRevision(),
                        event.getKv().getKey().toStringUtf8(),
                        put ? Optional.of(event.getKv().getValue().toStringUtf8()) : Optional.empty()),
                event.hasPrevKv() ? Optional.of(event.getPrevKv().getValue().toStringUtf8()) : Optional.empty());
    }
}
