package dev.quorate.store.lease;

import dev.quorate.store.Bytes;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * The replicated part of leases: which exist, with which time to live, and the keys attached to them.
 *
 * <p>Written by the apply thread only; the questions may come from any thread, hence the lock (never held for long).
 */
public final class Leases {
    public static final long MAX_TTL_SECONDS = 9_000_000_000L;

    private final TreeMap<Long, Held> held = new TreeMap<>();
    private final TreeMap<Bytes, Long> leaseOfKey = new TreeMap<>();

    private record Held(Lease lease, TreeSet<Bytes> keys) {}

    public synchronized boolean exists(long id) {
        return held.containsKey(id);
    }

    public synchronized Optional<Lease> lease(long id) {
        return Optional.ofNullable(held.get(id)).map(Held::lease);
    }

    public synchronized List<Lease> all() {
        List<Lease> leases = new ArrayList<>(held.size());
        for (Held one : held.values()) leases.add(one.lease());
        return leases;
    }

    /** In key order. */
    public synchronized List<Bytes> keysOf(long id) {
        Held one = held.get(id);
        return one == null ? List.of() : List.copyOf(one.keys());
    }

    public synchronized int size() {
        return held.size();
    }

    /** Adds it, or replaces its times and keeps its keys. */
    public synchronized void set(Lease lease) {
        Held one = held.get(lease.id());
        held.put(lease.id(), new Held(lease, one == null ? new TreeSet<>() : one.keys()));
    }

    /** Forgets the lease; its keys must have been deleted (and so detached) before. */
    public synchronized void remove(long id) {
        Held gone = held.remove(id);
        if (gone != null) gone.keys().forEach(leaseOfKey::remove);
    }

    /** The key now belongs to this lease and no other; 0 = to none. */
    public synchronized void attach(Bytes key, long id) {
        if (id == 0 && leaseOfKey.isEmpty()) return;
        Long before = id == 0 ? leaseOfKey.remove(key) : leaseOfKey.put(key, id);
        if (before != null && before != id) {
            Held one = held.get(before);
            if (one != null) one.keys().remove(key);
        }
        Held now = id == 0 ? null : held.get(id);
        if (now != null) now.keys().add(key);
    }

    public synchronized long leaseOf(Bytes key) {
        if (leaseOfKey.isEmpty()) return 0;
        Long id = leaseOfKey.get(key);
        return id == null ? 0 : id;
    }
}
