package dev.quorate.store.lease;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.OptionalLong;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** When each lease expires; only the leader keeps it. Times are nanoseconds of any monotonic clock, given by the caller. */
public final class LeaseDeadlines {
    /*
     * A lease is in `deadlines` by id and in `queue` by the time at which it is to be looked at next: its deadline, or,
     * when it was named as expired and is still there, the time to name it again. An expired lease cannot be renewed:
     * its revocation may already be on its way through the log.
     */
    private static final long SECOND = 1_000_000_000;
    private static final long RETRY = 3 * SECOND;
    private static final long MAX_EXPIRIES_PER_SECOND = 750;

    /** One lease: when it expires, and when it is to be looked at next. */
    private record Deadline(long id, long ttlSeconds, long expires, long due) {}

    private final TreeMap<Long, Deadline> deadlines = new TreeMap<>();
    private final TreeSet<Deadline> queue =
            new TreeSet<>(Comparator.comparingLong(Deadline::due).thenComparingLong(Deadline::id));

    /**
     * Begins to lead: every lease gets its time again plus {@code extraNanos}, for nobody could renew meanwhile.
     * Where too many would end in the same second, the later ones are put off a little.
     */
    public synchronized void lead(List<Lease> leases, long nowNanos, long extraNanos) {
        follow();
        List<Lease> byTime = new ArrayList<>(leases);
        byTime.sort(Comparator.comparingLong(LeaseDeadlines::seconds).thenComparingLong(Lease::id));
        long notBefore = nowNanos;
        for (Lease lease : byTime) {
            long expires = Math.max(after(nowNanos + extraNanos, seconds(lease)), notBefore);
            notBefore = expires + SECOND / MAX_EXPIRIES_PER_SECOND;
            put(new Deadline(lease.id(), lease.ttlSeconds(), expires, expires));
        }
    }

    /** No longer leader: knows no deadlines, expires nothing. */
    public synchronized void follow() {
        deadlines.clear();
        queue.clear();
    }

    public synchronized void granted(Lease lease, long nowNanos) {
        long expires = after(nowNanos, seconds(lease));
        put(new Deadline(lease.id(), lease.ttlSeconds(), expires, expires));
    }

    public synchronized void gone(long id) {
        Deadline gone = deadlines.remove(id);
        if (gone != null) queue.remove(gone);
    }

    /** The granted time to live, or empty when the lease is unknown or its time is over. */
    public synchronized OptionalLong renew(long id, long nowNanos) {
        Deadline known = deadlines.get(id);
        if (known == null || known.expires() <= nowNanos) return OptionalLong.empty();
        long expires = after(nowNanos, known.ttlSeconds());
        put(new Deadline(id, known.ttlSeconds(), expires, expires));
        return OptionalLong.of(known.ttlSeconds());
    }

    /** Whole seconds until it expires; 0 when its time is over, empty when it is unknown. */
    public synchronized OptionalLong remainingSeconds(long id, long nowNanos) {
        Deadline known = deadlines.get(id);
        if (known == null) return OptionalLong.empty();
        return OptionalLong.of(Math.max(0, known.expires() - nowNanos) / SECOND);
    }

    /** At most {@code limit} leases to revoke now; each is named again after a while as long as it is not gone. */
    public synchronized List<Long> expired(long nowNanos, int limit) {
        List<Long> ids = new ArrayList<>();
        while (ids.size() < limit && !queue.isEmpty() && queue.first().due() <= nowNanos) {
            Deadline first = queue.first();
            ids.add(first.id());
            put(new Deadline(first.id(), first.ttlSeconds(), first.expires(), nowNanos + RETRY));
        }
        return ids;
    }

    private void put(Deadline deadline) {
        @Nullable Deadline before = deadlines.put(deadline.id(), deadline);
        if (before != null) queue.remove(before);
        queue.add(deadline);
    }

    private static long seconds(Lease lease) {
        return lease.remainingTtlSeconds() > 0 ? lease.remainingTtlSeconds() : lease.ttlSeconds();
    }

    /** The longest time to live is longer than the numbers reach. */
    private static long after(long nowNanos, long seconds) {
        return nowNanos + Math.min(seconds, Long.MAX_VALUE / 4 / SECOND) * SECOND;
    }
}
