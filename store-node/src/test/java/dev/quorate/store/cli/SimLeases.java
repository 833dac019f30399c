package dev.quorate.store.cli;

import dev.quorate.store.codec.CommandCodec;
import dev.quorate.store.raft.Entry;
import dev.quorate.store.raft.EntryKind;
import dev.quorate.store.state.Command;
import java.util.Map;
import java.util.Objects;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * What leases promise, whoever leads.
 *
 * <pre>
 * LeaseLives: no lease is revoked before its time to live has passed on the fastest clock of all since the client asked
 *   for the last renewal that was acknowledged (or for the grant).
 * LeaseEnds: in peace a lease that nobody renews is revoked, even by the slowest clock.
 * </pre>
 */
final class SimLeases {
    static final int SLOWEST_CLOCK = 900;
    static final int FASTEST_CLOCK = 1_100;
    private static final long NEVER = Long.MAX_VALUE;

    /** A new leader's grace, its checks, and another try. */
    private static final long SLACK_MILLIS = 5_000;

    private final SortedMap<Long, Lease> leases = new TreeMap<>();

    /** When each was revoked, perhaps before the client that wanted it has heard of it. */
    private final SortedMap<Long, Long> revoked = new TreeMap<>();

    private long settledMillis;
    private long term;

    private static final class Lease {
        private final long ttlMillis;
        private long renewedMillis;
        private long touchedMillis;
        private int unanswered;

        private Lease(long ttlMillis, long askedMillis) {
            this.ttlMillis = ttlMillis;
            this.renewedMillis = askedMillis;
            this.touchedMillis = askedMillis;
        }
    }

    void granted(long id, long ttlSeconds, long askedMillis, long nowMillis) {
        Lease lease = new Lease(ttlSeconds * 1_000, askedMillis);
        lease.touchedMillis = nowMillis;
        leases.put(id, lease);
    }

    void renewing(long id) {
        lease(id).unanswered++;
    }

    private Lease lease(long id) {
        return Objects.requireNonNull(leases.get(id));
    }

    /** For so long that less than the whole may be on record. */
    boolean wasSilent(long id, long nowMillis) {
        Lease lease = lease(id);
        return nowMillis - lease.renewedMillis > lease.ttlMillis / 2;
    }

    void answered(long id, boolean renewed, long askedMillis, long nowMillis) {
        Lease lease = lease(id);
        lease.unanswered--;
        lease.touchedMillis = nowMillis;
        if (renewed) lease.renewedMillis = Math.max(lease.renewedMillis, askedMillis);
    }

    /** An entry that nobody had applied before. The first of a term is when its leader begins to watch over leases. */
    void applied(Entry entry, long nowMillis) {
        if (entry.term() > term) settledMillis = nowMillis;
        term = Math.max(term, entry.term());
        if (entry.kind() != EntryKind.NORMAL || entry.data().isEmpty()) return;
        if (!(CommandCodec.decode(entry.data()).command() instanceof Command.LeaseRevoke revoke)) return;
        revoked.putIfAbsent(revoke.id(), nowMillis);
    }

    void reckon(long nowMillis) {
        for (Map.Entry<Long, Lease> one : leases.entrySet()) {
            Lease lease = one.getValue();
            long revokedMillis = revoked.getOrDefault(one.getKey(), NEVER);
            long earliest = lease.renewedMillis + lease.ttlMillis * 1_000 / FASTEST_CLOCK - 2;
            if (revokedMillis < earliest)
                throw new AssertionError("LeaseLives: lease " + one.getKey() + " of " + lease.ttlMillis
                        + " ms was renewed at " + lease.renewedMillis + " and revoked at " + revokedMillis);
            long latest = Math.max(lease.touchedMillis, settledMillis)
                    + lease.ttlMillis * 1_000 / SLOWEST_CLOCK
                    + SLACK_MILLIS;
            if (revokedMillis == NEVER && lease.unanswered == 0 && latest < nowMillis)
                throw new AssertionError("LeaseEnds: lease " + one.getKey() + " of " + lease.ttlMillis
                        + " ms was touched at " + lease.touchedMillis + " and lives for ever");
        }
    }
}
