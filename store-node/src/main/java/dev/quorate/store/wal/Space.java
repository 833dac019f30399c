package dev.quorate.store.wal;

import dev.quorate.store.node.port.DurableLog;
import dev.quorate.store.node.port.DurableLog.Room;
import java.io.IOException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * Waits until a full disk has room again and tells the listener how much there is.
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

    private DurableLog.@Nullable Listener listener;
    private Room told = Room.ENOUGH;
    private boolean writerFails;
    private boolean writerWaits;
    private boolean supplyFails;
    private volatile boolean closed;

    synchronized void listener(DurableLog.Listener value) {
        listener = value;
    }

    void close() {
        closed = true;
    }

    /** The next segment: while it cannot be made there still is the rest of the present one. */
    void insistOnSupply(Attempt attempt) throws IOException {
        insist(attempt, fails -> supplyFails = fails);
    }

    /** What has to be written now. */
    void insistOnWrite(Attempt attempt) throws IOException {
        insist(attempt, fails -> writerFails = fails);
    }

    /** The present segment is full, so the writer can only wait for the next one. */
    <T> T await(CompletableFuture<T> supply) {
        if (supply.isDone()) return supply.join();
        tell(() -> writerWaits = true);
        try {
            return supply.join();
        } finally {
            tell(() -> writerWaits = false);
        }
    }

    private interface Flag {
        void set(boolean fails);
    }

    /** Tries until there is room. Other faults of the disk come through. */
    private void insist(Attempt attempt, Flag flag) throws IOException {
        while (true) {
            try {
                attempt.run();
                tell(() -> flag.set(false));
                return;
            } catch (IOException e) {
                if (!Room.isWanting(e) || closed || !isHeard()) throw e;
                tell(() -> flag.set(true));
                LockSupport.parkNanos(RETRY_NANOS);
            }
        }
    }

    private synchronized boolean isHeard() {
        return listener != null;
    }

    private synchronized void tell(Runnable change) {
        change.run();
        boolean stuck = writerFails || (writerWaits && supplyFails);
        Room now = stuck ? Room.NONE : supplyFails ? Room.LOW : Room.ENOUGH;
        if (now == told || listener == null) return;
        told = now;
        listener.room(now);
    }
}
