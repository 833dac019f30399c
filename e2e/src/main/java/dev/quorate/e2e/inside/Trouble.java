package dev.quorate.e2e.inside;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.util.concurrent.locks.LockSupport;

/** Stands in for the calls that {@link Rewriting} diverts. Public, because the diverted calls come from the store node. */
public final class Trouble {
    private static final long LOOK_NANOS = 10_000_000;
    private static final long SLOW_NANOS = 100_000_000;

    private static volatile Orders orders = Orders.NONE;

    private Trouble() {}

    static void follow(Path file) {
        Thread.ofPlatform().name("orders").daemon(true).start(() -> {
            while (true) {
                try {
                    orders = Orders.read(file);
                } catch (IOException unreadable) {
                    System.err.println("orders cannot be read: " + unreadable);
                }
                LockSupport.parkNanos(LOOK_NANOS);
            }
        });
    }

    /** Instead of {@link FileChannel#force}. */
    public static void force(FileChannel channel, boolean metadata) throws IOException {
        if (orders.disk() == Orders.Disk.SLOW) LockSupport.parkNanos(SLOW_NANOS);
        while (orders.disk() == Orders.Disk.STALLS) LockSupport.parkNanos(LOOK_NANOS);
        if (orders.disk() == Orders.Disk.FAILS) throw new IOException("Input/output error");
        channel.force(metadata);
    }

    /** Instead of {@link System#currentTimeMillis}. */
    public static long currentTimeMillis() {
        return System.currentTimeMillis() + orders.clockMillis();
    }
}
