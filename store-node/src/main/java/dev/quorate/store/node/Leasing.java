package dev.quorate.store.node;

import dev.quorate.store.lease.Lease;
import dev.quorate.store.lease.LeaseDeadlines;
import dev.quorate.store.lease.Leases;
import dev.quorate.store.state.Command;
import dev.quorate.store.state.Fact;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * The leader's watch over leases: it alone renews and expires them, and only for the term whose first entry it has
 * applied. Before that it may not know leases that the previous leader granted, after that it may not lead any more.
 * What is left of leases that nobody renews is written down now and then, so that a new leader goes on from there.
 */
final class Leasing {
    private static final long NANOS_PER_MILLI = 1_000_000;
    private static final long CHECK_MILLIS = 200;

    /**
     * So many revocations at a time, and the next when these are applied: as fast as this machine can, while what clients
     * propose comes in between. Whatever holds them up, the checks add ten thousand a second.
     */
    private static final int EXPIRIES_AT_ONCE = 2_000;

    private static final int RECORDS_PER_CHECK = 5_000;

    private final LeaseDeadlines deadlines = new LeaseDeadlines();
    private final long electionMillis;
    private volatile long term;
    private long checkedMillis;

    /** The last of as many as were revoked at once; 0 if that was all there was. */
    private long lastOfMany;

    Leasing(long electionMillis) {
        this.electionMillis = electionMillis;
    }

    /** The apply thread, between two batches: nothing is granted meanwhile. */
    void lead(long newTerm, Leases leases, long nowMillis) {
        deadlines.lead(leases.all(), nowMillis * NANOS_PER_MILLI, electionMillis * NANOS_PER_MILLI);
        term = newTerm;
    }

    /** The term in which this member watches over the leases, 0 if it does not. */
    long term() {
        return term;
    }

    void follow() {
        if (term == 0) return;
        term = 0;
        deadlines.follow();
    }

    /** The apply thread, for every fact. */
    void accept(Fact fact, long nowMillis) {
        if (term == 0) return;
        if (fact instanceof Fact.LeaseSet set)
            deadlines.recorded(
                    new Lease(set.id(), set.ttlSeconds(), set.remainingTtlSeconds()), nowMillis * NANOS_PER_MILLI);
        else if (fact instanceof Fact.LeaseGone gone) deadlines.gone(gone.id());
    }

    Optional<LeaseDeadlines.Renewal> renew(long id, long nowMillis) {
        return deadlines.renew(id, nowMillis * NANOS_PER_MILLI);
    }

    List<Long> byExpiry() {
        return deadlines.byExpiry();
    }

    OptionalLong remainingSeconds(long id, long nowMillis) {
        return deadlines.remainingSeconds(id, nowMillis * NANOS_PER_MILLI);
    }

    /** The loop, every tick and when something was applied: what the leader of this term has to put on the log. */
    List<Command> wishes(long leadingTerm, long nowMillis) {
        if (term == 0 || term != leadingTerm) return List.of();
        if (nowMillis - checkedMillis >= CHECK_MILLIS) return check(nowMillis);
        return lastOfMany == 0 || deadlines.knows(lastOfMany) ? List.of() : revocations(nowMillis);
    }

    private List<Command> revocations(long nowMillis) {
        List<Long> expired = deadlines.expired(nowMillis * NANOS_PER_MILLI, EXPIRIES_AT_ONCE);
        lastOfMany = expired.size() < EXPIRIES_AT_ONCE ? 0 : expired.getLast();
        List<Command> wishes = new ArrayList<>();
        for (long id : expired) wishes.add(new Command.LeaseRevoke(id));
        return wishes;
    }

    private List<Command> check(long nowMillis) {
        checkedMillis = nowMillis;
        List<Command> wishes = revocations(nowMillis);
        List<Lease> rests = deadlines.toRecord(nowMillis * NANOS_PER_MILLI, RECORDS_PER_CHECK);
        if (!rests.isEmpty())
            wishes.add(new Command.LeaseCheckpoint(rests.stream()
                    .map(rest -> new Command.LeaseCheckpoint.Remaining(rest.id(), rest.remainingTtlSeconds()))
                    .toList()));
        return wishes;
    }
}
