package dev.quorate.store.peer;

import dev.quorate.store.raft.Message;
import io.grpc.CallOptions;
import io.grpc.ClientCall;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.Status;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * One lane to one member: a bounded queue and the long call that empties it.
 *
 * <p>What does not fit is lost, for raft sends again, and a queue without a bound would be memory for a dead member. A
 * call that ends is opened again, ever more slowly. Only a forwarded proposal waits for the call to open: raft does not
 * send it again, and a client of a member that has just found its leader would wait for nothing. All but {@link #offer}
 * runs on the lane's one network thread.
 */
final class PeerLink {
    private static final int FRAME_BYTES = 1 << 20;
    private static final int READY_BYTES = 2 << 20;
    private static final long FIRST_PAUSE_MILLIS = 50;
    private static final long LONGEST_PAUSE_MILLIS = 1_000;
    private static final long HURRY_MILLIS = 200;

    /** Whoever waits longer for a proposal has been answered by its own member long ago. */
    private static final long STALE_NANOS = TimeUnit.SECONDS.toNanos(5);

    private final Limits limits;
    private final ManagedChannel channel;
    private final ScheduledExecutorService loop;
    private final Metadata hello;
    private final Listener listener;
    private final Deque<Waiting> queue = new ArrayDeque<>();
    private long queuedBytes;
    private final AtomicBoolean draining = new AtomicBoolean();
    private volatile boolean connected;
    private volatile boolean closed;
    private @Nullable ClientCall<List<Message>, List<Message>> call;
    private int calls;
    private long pauseMillis = FIRST_PAUSE_MILLIS;

    private record Waiting(Message message, long sinceNanos) {}

    /** How much may wait. */
    record Limits(int messages, long bytes) {}

    /** Hears on the network thread. */
    interface Listener {
        void connected();

        void disconnected(Status why);
    }

    PeerLink(Limits limits, ManagedChannel channel, ScheduledExecutorService loop, Metadata hello, Listener listener) {
        this.limits = limits;
        this.channel = channel;
        this.loop = loop;
        this.hello = hello;
        this.listener = listener;
        loop.execute(this::open);
    }

    /** False: lost. */
    boolean offer(Message message) {
        if (!connected && !(message instanceof Message.Forward)) return false;
        long bytes = sizeBytes(message);
        synchronized (queue) {
            if (queue.size() >= limits.messages() || (queuedBytes + bytes > limits.bytes() && !queue.isEmpty()))
                return false;
            queue.addLast(new Waiting(message, System.nanoTime()));
            queuedBytes += bytes;
        }
        wake();
        return true;
    }

    private void wake() {
        if (draining.compareAndSet(false, true)) loop.execute(this::drain);
    }

    /** About; framing is not counted. */
    static long sizeBytes(Message message) {
        long bytes = 64;
        if (message instanceof Message.Append append) {
            for (var entry : append.entries()) bytes += entry.sizeBytes();
        } else if (message instanceof Message.Forward forward) {
            for (var data : forward.datas()) bytes += data.size();
        }
        return bytes;
    }

    private void open() {
        if (closed) return;
        ClientCall<List<Message>, List<Message>> opened = channel.newCall(
                PeerMethods.MESSAGES, CallOptions.DEFAULT.withWaitForReady().withOnReadyThreshold(READY_BYTES));
        call = opened;
        Metadata headers = new Metadata();
        headers.merge(hello);
        opened.start(new Replies(++calls), headers);
        opened.request(1);
        hurry(calls);
    }

    /** Left alone, gRPC would look for a member that was away after twice as long as that, up to two minutes. */
    private void hurry(int number) {
        if (closed || connected || call == null || number != calls) return;
        channel.resetConnectBackoff();
        var _ = loop.schedule(() -> hurry(number), HURRY_MILLIS, TimeUnit.MILLISECONDS);
    }

    private void drain() {
        draining.set(false);
        ClientCall<List<Message>, List<Message>> open = call;
        while (open != null && connected && open.isReady()) {
            List<Message> frame = nextFrame();
            if (frame.isEmpty()) return;
            open.sendMessage(frame);
        }
    }

    private List<Message> nextFrame() {
        List<Message> frame = new ArrayList<>();
        long bytes = 0;
        synchronized (queue) {
            while (bytes < FRAME_BYTES && !queue.isEmpty()) {
                Message next = queue.removeFirst().message();
                bytes += sizeBytes(next);
                frame.add(next);
            }
            queuedBytes -= bytes;
        }
        return frame;
    }

    private void dropStale() {
        synchronized (queue) {
            long now = System.nanoTime();
            while (!queue.isEmpty() && now - queue.getFirst().sinceNanos() > STALE_NANOS)
                queuedBytes -= sizeBytes(queue.removeFirst().message());
        }
    }

    private void clear() {
        synchronized (queue) {
            queue.clear();
            queuedBytes = 0;
        }
    }

    void close() {
        closed = true;
        loop.execute(() -> {
            if (call != null) call.cancel("the member is gone", null);
        });
    }

    private final class Replies extends ClientCall.Listener<List<Message>> {
        private final int number;

        Replies(int number) {
            this.number = number;
        }

        @Override
        public void onHeaders(Metadata headers) {
            pauseMillis = FIRST_PAUSE_MILLIS;
            dropStale();
            connected = true;
            listener.connected();
            wake();
        }

        @Override
        public void onReady() {
            wake();
        }

        @Override
        public void onClose(Status status, Metadata trailers) {
            if (number != calls) return;
            boolean wasConnected = connected;
            connected = false;
            call = null;
            if (wasConnected) clear();
            else dropStale();
            if (closed) return;
            listener.disconnected(status);
            var _ = loop.schedule(PeerLink.this::open, pauseMillis, TimeUnit.MILLISECONDS);
            pauseMillis = Math.min(LONGEST_PAUSE_MILLIS, pauseMillis * 2);
        }
    }
}
