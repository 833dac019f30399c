package dev.quorate.e2e.cluster;

import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.SortedMap;
import java.util.function.Supplier;

/** One client that writes one new key after the other as fast as it can, and remembers what was acknowledged. */
public final class WriteStream implements AutoCloseable {
    private static final String PREFIX = "stream/";

    private final StoreAccess store;
    private final Supplier<List<InetSocketAddress>> members;
    private final Thread thread;
    private volatile boolean stopped;
    private volatile int acknowledged;
    private volatile long longestPauseNanos;

    private WriteStream(StoreAccess store, Supplier<List<InetSocketAddress>> members) {
        this.store = store;
        this.members = members;
        this.thread = Thread.ofPlatform().name("writes").daemon().start(this::write);
    }

    /** Goes on to the next member whenever one does not acknowledge; asks for the members again each time. */
    public static WriteStream start(StoreAccess store, Supplier<List<InetSocketAddress>> members) {
        return new WriteStream(store, members);
    }

    public int acknowledged() {
        return acknowledged;
    }

    /** The longest time between two acknowledged writes. */
    public Duration longestPause() {
        return Duration.ofNanos(longestPauseNanos);
    }

    /** How many acknowledged writes a member does not have, after the stream was closed. */
    public long lost(InetSocketAddress member) {
        SortedMap<String, String> present = store.read(member, PREFIX);
        long lost = 0;
        for (int i = 0; i < acknowledged; i++) if (!String.valueOf(i).equals(present.get(key(i)))) lost++;
        return lost;
    }

    @Override
    public void close() {
        stopped = true;
        try {
            thread.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void write() {
        List<InetSocketAddress> known = members.get();
        int member = 0;
        long last = System.nanoTime();
        while (!stopped) {
            int next = acknowledged;
            boolean done =
                    !known.isEmpty() && store.put(known.get(member % known.size()), key(next), String.valueOf(next));
            if (done) {
                long now = System.nanoTime();
                longestPauseNanos = Math.max(longestPauseNanos, now - last);
                last = now;
                acknowledged = next + 1;
            } else {
                member++;
                known = members.get();
            }
        }
    }

    private static String key(int number) {
        return PREFIX + "%08d".formatted(number);
    }
}
