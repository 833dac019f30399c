package dev.quorate.store.lease;

import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;

/** When each lease expires; only the leader keeps it. Times are nanoseconds of any monotonic clock, given by the caller. */
public final class LeaseDeadlines {
    /** Begins to lead: every lease gets its whole time again plus {@code extraNanos}, for nobody could renew meanwhile. */
    public synchronized void lead(List<Lease> leases, long nowNanos, long extraNanos) {
        throw new UnsupportedOperationException();
    }

    /** No longer leader: knows no deadlines, expires nothing. */
    public synchronized void follow() {
        throw new UnsupportedOperationException();
    }

    public synchronized void granted(Lease lease, long nowNanos) {
        throw new UnsupportedOperationException();
    }

    public synchronized void gone(long id) {
        throw new UnsupportedOperationException();
    }

    /** The granted time to live, or empty when the lease is unknown or its time is over. */
    public synchronized OptionalLong renew(long id, long nowNanos) {
        throw new UnsupportedOperationException();
    }

    public synchronized OptionalLong remainingSeconds(long id, long nowNanos) {
        throw new UnsupportedOperationException();
    }

    /** At most {@code limit} leases to revoke now; each is named again after a while as long as it is not gone. */
    public synchronized List<Long> expired(long nowNanos, int limit) {
        return new ArrayList<>();
    }
}
