package dev.quorate.store.wal;

import dev.quorate.store.node.DurableLog;
import java.io.IOException;
import java.util.Locale;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * Waits until a full disk has room again and tells the listener when that begins and ends.
 *
 * <p>Nothing is lost by waiting: what could not be written is not reported, and a write that is tried again goes to the
 * same place.
 */
final class Space {
    private static final long RETRY_NANOS = 200_000_000;

    /** One write to the disk. */
    interface Attempt {
        void run() throws IOException;
    }

    private final AtomicReference<DurableLog.@Nullable Listener> listener = new AtomicReference<>();
    private boolean enough = true;
    private volatile boolean closed;

    void listener(DurableLog.Listener value) {
        listener.set(value);
    }

    void close() {
        closed = true;
    }

    /** Tries until there is room. Other faults of the disk come through. */
    void insist(Attempt attempt) throws IOException {
        while (true) {
            try {
                attempt.run();
                tell(true);
                return;
            } catch (IOException e) {
                if (!isFull(e) || closed || listener.get() == null) throw e;
                tell(false);
                LockSupport.parkNanos(RETRY_NANOS);
            }
        }
    }

    private synchronized void tell(boolean now) {
        DurableLog.Listener hears = listener.get();
        if (enough == now || hears == null) return;
        enough = now;
        hears.space(now);
    }

    /** The JDK has no type for it, only the system's sentence. */
    private static boolean isFull(IOException e) {
        String message = String.valueOf(e.getMessage()).toLowerCase(Locale.ROOT);
        return message.contains("no space left") || message.contains("quota exceeded");
    }
}
