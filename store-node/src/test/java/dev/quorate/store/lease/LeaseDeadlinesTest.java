package dev.quorate.store.lease;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

class LeaseDeadlinesTest {
    private static final long SECOND = 1_000_000_000;

    private final LeaseDeadlines deadlines = new LeaseDeadlines();

    @Test
    void aLeaseExpiresAfterItsTimeAndIsNamedAgainUntilItIsGone() {
        deadlines.recorded(new Lease(1, 5, 0), 0);
        assertThat(deadlines.expired(5 * SECOND - 1, 10)).isEmpty();
        assertThat(deadlines.expired(5 * SECOND, 10)).containsExactly(1L);
        assertThat(deadlines.expired(6 * SECOND, 10)).isEmpty();
        assertThat(deadlines.expired(8 * SECOND, 10)).containsExactly(1L);
        deadlines.gone(1);
        assertThat(deadlines.expired(100 * SECOND, 10)).isEmpty();
    }

    @Test
    void aRenewalGivesTheWholeTimeAgainButNotAfterTheEnd() {
        deadlines.recorded(new Lease(1, 5, 2), 0);
        assertThat(deadlines.remainingSeconds(1, 0)).isEqualTo(OptionalLong.of(2));
        assertThat(renewed(deadlines, 1, SECOND)).isEqualTo(5);
        assertThat(deadlines.expired(6 * SECOND - 1, 10)).isEmpty();
        assertThat(deadlines.renew(1, 6 * SECOND)).isEmpty();
        assertThat(deadlines.remainingSeconds(1, 9 * SECOND)).isEqualTo(OptionalLong.of(0));
        assertThat(deadlines.renew(2, 0)).isEmpty();
    }

    @Test
    void aNewLeaderExtendsEveryLease() {
        List<Lease> leases = new ArrayList<>();
        for (int i = 1; i <= 15_000; i++) leases.add(new Lease(i, 10, 0));
        deadlines.lead(leases, 0, SECOND);
        assertThat(deadlines.expired(11 * SECOND - 1, 20_000)).isEmpty();
        List<Long> first = deadlines.expired(11 * SECOND, 10_000);
        assertThat(first).hasSize(10_000);
        first.forEach(deadlines::gone);
        assertThat(deadlines.knows(first.getFirst())).isFalse();
        assertThat(deadlines.expired(11 * SECOND, 10_000)).hasSize(5_000).doesNotContainAnyElementsOf(first);
        deadlines.follow();
        assertThat(deadlines.expired(Long.MAX_VALUE / 2, 10)).isEmpty();
    }

    /** As etcd lists them; ids are drawn by lot. */
    @Test
    void thoseThatEndTogetherStandInTheOrderOfGranting() {
        for (long id : new long[] {7, 3, 9}) deadlines.recorded(new Lease(id, 10, 0), 0);
        assertThat(deadlines.byExpiry()).containsExactly(7L, 3L, 9L);
        renewed(deadlines, 7, SECOND);
        renewed(deadlines, 3, SECOND);
        assertThat(deadlines.byExpiry()).containsExactly(9L, 7L, 3L);
    }

    /** Otherwise every leader would give it the same rest again. */
    @Test
    void theRestOfALeaseIsWrittenDownInItsOwnTime() {
        deadlines.lead(List.of(new Lease(1, 300, 100)), 0, SECOND);
        assertThat(deadlines.toRecord(90 * SECOND, 10)).containsExactly(new Lease(1, 300, 11));
    }

    @Test
    void theLongestTimeToLiveDoesNotOverflow() {
        deadlines.recorded(new Lease(1, Leases.MAX_TTL_SECONDS, 0), SECOND);
        assertThat(deadlines.expired(Long.MAX_VALUE / 8, 10)).isEmpty();
        assertThat(deadlines.remainingSeconds(1, SECOND)).isEqualTo(OptionalLong.of(Leases.MAX_TTL_SECONDS));
        assertThat(renewed(deadlines, 1, 2 * SECOND)).isEqualTo(Leases.MAX_TTL_SECONDS);
    }

    /** Nobody renews: what is left goes on record again and again, and moves no deadline. */
    @Test
    void theRestOfALeaseIsWrittenDownForTheNextLeader() {
        deadlines.recorded(new Lease(1, 60, 0), 0);
        assertThat(deadlines.toRecord(40 * SECOND - 1, 10)).isEmpty();
        assertThat(deadlines.toRecord(40 * SECOND, 10)).containsExactly(new Lease(1, 60, 20));
        deadlines.recorded(new Lease(1, 60, 20), 41 * SECOND);
        assertThat(deadlines.remainingSeconds(1, 41 * SECOND)).isEqualTo(OptionalLong.of(19));
        LeaseDeadlines next = new LeaseDeadlines();
        next.lead(List.of(new Lease(1, 60, 30)), 100 * SECOND, SECOND);
        assertThat(next.remainingSeconds(1, 100 * SECOND)).isEqualTo(OptionalLong.of(31));
        assertThat(renewed(next, 1, 110 * SECOND)).isEqualTo(60);
        assertThat(next.toRecord(110 * SECOND, 10)).containsExactly(new Lease(1, 60, 0));
    }

    @Test
    void aLeaseThatIsRenewedInTimeIsNeverWrittenDown() {
        deadlines.recorded(new Lease(1, 60, 0), 0);
        deadlines.recorded(new Lease(2, 5, 0), 0);
        for (long second = 20; second < 600; second += 20) {
            assertThat(deadlines.toRecord(second * SECOND, 10)).isEmpty();
            assertThat(renewed(deadlines, 1, second * SECOND)).isEqualTo(60);
        }
    }

    /** The rest was on its way through the log when the client renewed: it must not stay on record. */
    @Test
    void aRenewalThatOvertookTheRecordIsPutRight() {
        deadlines.recorded(new Lease(1, 60, 0), 0);
        assertThat(deadlines.toRecord(40 * SECOND, 10)).containsExactly(new Lease(1, 60, 20));
        assertThat(renewed(deadlines, 1, 41 * SECOND)).isEqualTo(60);
        deadlines.recorded(new Lease(1, 60, 20), 42 * SECOND);
        assertThat(deadlines.remainingSeconds(1, 42 * SECOND)).isEqualTo(OptionalLong.of(59));
        assertThat(deadlines.toRecord(42 * SECOND, 10)).containsExactly(new Lease(1, 60, 0));
        deadlines.recorded(new Lease(1, 60, 0), 43 * SECOND);
        assertThat(deadlines.toRecord(43 * SECOND, 10)).isEmpty();
    }

    /** Until then the next leader would give it less than its client was promised. */
    @Test
    void aRenewalIsGoodWhenAllOfItIsOnRecord() {
        deadlines.recorded(new Lease(1, 60, 0), 0);
        assertThat(renewal(deadlines, 1, SECOND).recorded()).isCompletedWithValue(true);
        assertThat(deadlines.toRecord(41 * SECOND, 10)).containsExactly(new Lease(1, 60, 20));

        var overtaking = renewal(deadlines, 1, 42 * SECOND).recorded();
        deadlines.recorded(new Lease(1, 60, 20), 42 * SECOND);
        assertThat(overtaking).isNotDone();
        assertThat(deadlines.toRecord(42 * SECOND, 10)).containsExactly(new Lease(1, 60, 0));
        assertThat(deadlines.toRecord(44 * SECOND, 10)).isEmpty();
        assertThat(deadlines.toRecord(45 * SECOND, 10))
                .as("the wish may have come to nothing")
                .containsExactly(new Lease(1, 60, 0));
        assertThat(overtaking).isNotDone();

        deadlines.recorded(new Lease(1, 60, 0), 46 * SECOND);
        assertThat(overtaking).isCompletedWithValue(true);
        assertThat(deadlines.toRecord(60 * SECOND, 10)).isEmpty();
    }

    @Test
    void aRenewalThatIsNotOnRecordComesToNothingWithTheLeader() {
        deadlines.lead(List.of(new Lease(1, 60, 20)), 0, 0);
        var waiting = renewal(deadlines, 1, SECOND).recorded();
        deadlines.follow();
        assertThat(waiting).isCompletedWithValue(false);
    }

    @Test
    void theFirstToExpireIsNamedFirst() {
        for (long id = 3; id > 0; id--) deadlines.recorded(new Lease(id, 60, 0), (4 - id) * SECOND);
        assertThat(deadlines.byExpiry()).containsExactly(3L, 2L, 1L);
        renewal(deadlines, 3, 10 * SECOND);
        assertThat(deadlines.byExpiry()).containsExactly(2L, 1L, 3L);
    }

    @Test
    void aRenewalThatWaitsUntilItsTimeIsOverComesToNothing() {
        deadlines.recorded(new Lease(1, 60, 20), 0);
        var waiting = renewal(deadlines, 1, SECOND).recorded();
        assertThat(deadlines.expired(61 * SECOND, 10)).containsExactly(1L);
        assertThat(waiting).isCompletedWithValue(false);
    }

    @Test
    void aRenewalThatWaitsWhenTheLeaseIsRevokedComesToNothing() {
        deadlines.recorded(new Lease(1, 60, 20), 0);
        var waiting = renewal(deadlines, 1, SECOND).recorded();
        deadlines.gone(1);
        assertThat(waiting).isCompletedWithValue(false);
    }

    private static LeaseDeadlines.Renewal renewal(LeaseDeadlines deadlines, long id, long nowNanos) {
        return deadlines.renew(id, nowNanos).orElseThrow();
    }

    private static long renewed(LeaseDeadlines deadlines, long id, long nowNanos) {
        return renewal(deadlines, id, nowNanos).ttlSeconds();
    }
}
