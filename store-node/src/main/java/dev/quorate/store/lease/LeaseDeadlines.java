package dev.quorate.store.lease;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** When each lease expires; only the leader keeps it. Times are nanoseconds of any monotonic clock, given by the caller. */
public final class LeaseDeadlines {
    /*
     * A lease is in `deadlines` by id and twice in a queue of times: the time at which it is to be revoked, or, when it
     * was named as expired and is still there, to be named again; and the time at which what is left of it is to be
     * written down for the next leader. An expired lease cannot be renewed: its revocation may already be on its way
     * through the log.
     *
     * What is left is written down after two thirds of the time that a lease has, but not more often than every second and
     * not less often than every 5 minutes. So a lease that somebody renews in time (clients do at a third) is never written
     * down, and one that nobody renews ends even if leaders change, unless each leads for less than that. A renewal of a
     * lease with less than everything on record puts that right at once, and is only good when that is done: until then a
     * next leader would know of less.
     */
    private static final long SECOND = 1_000_000_000;
    private static final long RETRY = 3 * SECOND;
    private static final long MIN_RECORD_SECONDS = 1;
    private static final long MAX_RECORD_SECONDS = 300;
    private static final CompletableFuture<Boolean> RECORDED = CompletableFuture.completedFuture(true);

    /**
     * One lease.
     *
     * @param due when it is to be revoked, for the first time or again
     * @param record when to write down what is left
     * @param number of those that end together the lower one came first
     * @param shortened the state has less than the whole time to live on record, or may soon have
     */
    private record Deadline(
            long id, long number, long ttlSeconds, long expires, long due, long record, boolean shortened) {
        Deadline dueAt(long newDue) {
            return new Deadline(id, number, ttlSeconds, expires, newDue, record, shortened);
        }

        Deadline recordAt(long newRecord, boolean nowShortened) {
            return new Deadline(id, number, ttlSeconds, expires, due, newRecord, nowShortened);
        }
    }

    /**
     * A renewal.
     *
     * @param ttlSeconds the granted time to live
     * @param recorded true when all of it is on record, false when the lease or this member's lead ended before that
     */
    public record Renewal(long ttlSeconds, CompletableFuture<Boolean> recorded) {}

    private final TreeMap<Long, Deadline> deadlines = new TreeMap<>();
    private long lastNumber;
    private final Map<Long, CompletableFuture<Boolean>> unrecorded = new TreeMap<>();
    private final TreeSet<Deadline> queue =
            new TreeSet<>(Comparator.comparingLong(Deadline::due).thenComparingLong(Deadline::number));
    private final TreeSet<Deadline> records =
            new TreeSet<>(Comparator.comparingLong(Deadline::record).thenComparingLong(Deadline::number));

    /**
     * Begins to lead: every lease gets the time that is on record plus {@code extraNanos}, for nobody could renew
     * meanwhile.
     */
    public void lead(List<Lease> leases, long nowNanos, long extraNanos) {
        follow();
        learn(leases, nowNanos, extraNanos);
    }

    private synchronized void learn(List<Lease> leases, long nowNanos, long extraNanos) {
        for (Lease lease : leases) put(fresh(lease, after(nowNanos + extraNanos, seconds(lease)), nowNanos));
    }

    /** No longer leader: knows no deadlines, expires nothing. */
    public void follow() {
        List<CompletableFuture<Boolean>> waiting;
        synchronized (this) {
            deadlines.clear();
            queue.clear();
            records.clear();
            waiting = List.copyOf(unrecorded.values());
            unrecorded.clear();
        }
        for (CompletableFuture<Boolean> one : waiting) one.complete(false);
    }

    /** A new lease, or one of which the state now has another rest on record: that moves no deadline. */
    public void recorded(Lease lease, long nowNanos) {
        takeRecord(lease, nowNanos);
        if (lease.remainingTtlSeconds() == 0) settle(lease.id(), true);
    }

    private void settle(long id, boolean recorded) {
        CompletableFuture<Boolean> waiting;
        synchronized (this) {
            waiting = unrecorded.remove(id);
        }
        if (waiting != null) waiting.complete(recorded);
    }

    private synchronized void takeRecord(Lease lease, long nowNanos) {
        Deadline known = deadlines.get(lease.id());
        if (known == null) {
            put(fresh(lease, after(nowNanos, seconds(lease)), nowNanos));
            return;
        }
        boolean shortened = lease.remainingTtlSeconds() > 0;
        boolean renewedMeanwhile = shortened && known.expires() > after(nowNanos, lease.remainingTtlSeconds() + 1);
        long record = shortened ? known.record() : nextRecord(known.ttlSeconds(), nowNanos);
        put(known.recordAt(renewedMeanwhile ? nowNanos : record, shortened));
    }

    public void gone(long id) {
        synchronized (this) {
            forget(deadlines.remove(id));
        }
        settle(id, false);
    }

    public synchronized boolean knows(long id) {
        return deadlines.containsKey(id);
    }

    /** Empty when the lease is unknown or its time is over. */
    public synchronized Optional<Renewal> renew(long id, long nowNanos) {
        Deadline known = deadlines.get(id);
        if (known == null || known.expires() <= nowNanos) return Optional.empty();
        long expires = after(nowNanos, known.ttlSeconds());
        long record = known.shortened() ? nowNanos : nextRecord(known.ttlSeconds(), nowNanos);
        put(new Deadline(id, known.number(), known.ttlSeconds(), expires, expires, record, known.shortened()));
        CompletableFuture<Boolean> recorded =
                known.shortened() ? unrecorded.computeIfAbsent(id, _ -> new CompletableFuture<>()) : RECORDED;
        return Optional.of(new Renewal(known.ttlSeconds(), recorded));
    }

    /** All of them, the first to expire first; of those that expire together the one that it knows longer. */
    public synchronized List<Long> byExpiry() {
        return queue.stream().map(Deadline::id).toList();
    }

    /** Whole seconds until it expires; 0 when its time is over, empty when it is unknown. */
    public synchronized OptionalLong remainingSeconds(long id, long nowNanos) {
        Deadline known = deadlines.get(id);
        if (known == null) return OptionalLong.empty();
        return OptionalLong.of(Math.max(0, known.expires() - nowNanos) / SECOND);
    }

    /** At most {@code limit} leases to revoke now; each is named again after a while as long as it is not gone. */
    public List<Long> expired(long nowNanos, int limit) {
        List<Long> ids = takeExpired(nowNanos, limit);
        for (long id : ids) settle(id, false);
        return ids;
    }

    private synchronized List<Long> takeExpired(long nowNanos, int limit) {
        List<Long> ids = new ArrayList<>();
        while (ids.size() < limit && !queue.isEmpty() && queue.first().due() <= nowNanos) {
            Deadline first = queue.first();
            ids.add(first.id());
            put(first.dueAt(nowNanos + RETRY));
        }
        return ids;
    }

    /** At most {@code limit} leases with the rest that is to be written down now. */
    public synchronized List<Lease> toRecord(long nowNanos, int limit) {
        List<Lease> rests = new ArrayList<>();
        while (rests.size() < limit && !records.isEmpty() && records.first().record() <= nowNanos) {
            Deadline first = records.first();
            long left = Math.max(1, (first.expires() - nowNanos) / SECOND);
            boolean whole = left >= first.ttlSeconds() - 1;
            boolean over = first.expires() <= nowNanos;
            boolean awaited = unrecorded.containsKey(first.id());
            if (!over && (awaited || !whole || first.shortened()))
                rests.add(new Lease(first.id(), first.ttlSeconds(), whole || awaited ? 0 : left));
            long next = awaited ? nowNanos + RETRY : nextRecord(first.ttlSeconds(), nowNanos);
            put(first.recordAt(next, first.shortened() || !(whole || over)));
        }
        return rests;
    }

    private Deadline fresh(Lease lease, long expires, long nowNanos) {
        long record = nextRecord(seconds(lease), nowNanos);
        return new Deadline(
                lease.id(),
                ++lastNumber,
                lease.ttlSeconds(),
                expires,
                expires,
                record,
                lease.remainingTtlSeconds() > 0);
    }

    private static long nextRecord(long ttlSeconds, long nowNanos) {
        long twoThirds = Math.min(ttlSeconds, 2 * MAX_RECORD_SECONDS) * SECOND / 3 * 2;
        return nowNanos + Math.clamp(twoThirds, MIN_RECORD_SECONDS * SECOND, MAX_RECORD_SECONDS * SECOND);
    }

    private void put(Deadline deadline) {
        forget(deadlines.put(deadline.id(), deadline));
        queue.add(deadline);
        records.add(deadline);
    }

    private void forget(@Nullable Deadline before) {
        if (before == null) return;
        queue.remove(before);
        records.remove(before);
    }

    private static long seconds(Lease lease) {
        return lease.remainingTtlSeconds() > 0 ? lease.remainingTtlSeconds() : lease.ttlSeconds();
    }

    /** The longest time to live is longer than the numbers reach. */
    private static long after(long nowNanos, long seconds) {
        return nowNanos + Math.min(seconds, (Long.MAX_VALUE - nowNanos) / SECOND - 1) * SECOND;
    }
}
