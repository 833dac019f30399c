package dev.quorate.store.lease;

import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;

/** When each lease expires; only the leader keeps it. Times are nanoseconds of any monotonic clock, given by the caller. */
public final class LeaseDeadlines {
    /** Begins to lead: every lease gets its whole time again plus {@code extraNanos}, for nobody could renew meanwhile. */
    public synchronized void lead(List<Lease> leases, long nowNanos, long extraNanos) {}

    /** No longer leader: knows no deadlines, expires nothing. */
    public synchronized void follow() {}

    public synchronized void granted(Lease lease, long nowNanos) {}

    public synchronized void gone(long id) {}

    /** The granted time to live, or empty when the lease is unknown or its time is over. */
    public synchronized OptionalLong renew(long id, long nowNanos) {
        return OptionalLong.empty();
    }

    public synchronized OptionalLong remainingSeconds(long id, long nowNanos) {
        return OptionalLong.empty();
    }

    /** At most {@code limit} leases to revoke now; each is named again after a while as long as it is not gone. */
    public synchronized List<Long> expired(long nowNanos, int limit) {
        return new ArrayList<>();
    }
}
