package dev.quorate.store.node.port;

import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.atomic.LongAdder;

/** What the edges measure while they work, for whoever shows it. Made once per process and handed to them. */
public final class Meters {
    private static final long MILLI = 1_000_000;

    private final Durations logSync = new Durations(MILLI, 14);
    private final Durations stateForce = new Durations(MILLI, 14);
    private final LongAdder logBytes = new LongAdder();
    private final ConcurrentSkipListMap<Long, Peer> peers = new ConcurrentSkipListMap<>();

    /** Traffic with one other member. */
    public record Peer(
            LongAdder sentBytes,
            LongAdder receivedBytes,
            LongAdder sendFailures,
            Durations roundTrip,
            Transfers snapshotsSent,
            Transfers snapshotsReceived) {
        Peer() {
            this(
                    new LongAdder(),
                    new LongAdder(),
                    new LongAdder(),
                    new Durations(MILLI / 10, 16),
                    new Transfers(),
                    new Transfers());
        }
    }

    /** One fdatasync of the log. */
    public Durations logSync() {
        return logSync;
    }

    /** One sync of the state on disk. */
    public Durations stateForce() {
        return stateForce;
    }

    public LongAdder logBytes() {
        return logBytes;
    }

    public Peer peer(long id) {
        return peers.computeIfAbsent(id, _ -> new Peer());
    }

    public SortedMap<Long, Peer> peers() {
        return new TreeMap<>(peers);
    }
}
