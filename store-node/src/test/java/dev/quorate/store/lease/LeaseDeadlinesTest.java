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
        deadlines.granted(new Lease(1, 5, 0), 0);
        assertThat(deadlines.expired(5 * SECOND - 1, 10)).isEmpty();
        assertThat(deadlines.expired(5 * SECOND, 10)).containsExactly(1L);
        assertThat(deadlines.expired(6 * SECOND, 10)).isEmpty();
        assertThat(deadlines.expired(8 * SECOND, 10)).containsExactly(1L);
        deadlines.gone(1);
        assertThat(deadlines.expired(100 * SECOND, 10)).isEmpty();
    }

    @Test
    void aRenewalGivesTheWholeTimeAgainButNotAfterTheEnd() {
        deadlines.granted(new Lease(1, 5, 2), 0);
        assertThat(deadlines.remainingSeconds(1, 0)).isEqualTo(OptionalLong.of(2));
        assertThat(deadlines.renew(1, SECOND)).isEqualTo(OptionalLong.of(5));
        assertThat(deadlines.expired(6 * SECOND - 1, 10)).isEmpty();
        assertThat(deadlines.renew(1, 6 * SECOND)).isEqualTo(OptionalLong.empty());
        assertThat(deadlines.remainingSeconds(1, 9 * SECOND)).isEqualTo(OptionalLong.of(0));
        assertThat(deadlines.renew(2, 0)).isEqualTo(OptionalLong.empty());
    }

    @Test
    void aNewLeaderExtendsEveryLeaseAndSpreadsThem() {
        List<Lease> leases = new ArrayList<>();
        for (int i = 1; i <= 3_000; i++) leases.add(new Lease(i, 10, 0));
        deadlines.lead(leases, 0, SECOND);
        assertThat(deadlines.expired(11 * SECOND - 1, 10_000)).isEmpty();
        int seen = 0;
        for (long second = 12; second <= 15; second++) {
            List<Long> ids = deadlines.expired(second * SECOND - 1, 10_000);
            assertThat(ids.size()).isBetween(700, 800);
            ids.forEach(deadlines::gone);
            seen += ids.size();
        }
        assertThat(seen).isEqualTo(3_000);
        deadlines.follow();
        assertThat(deadlines.expired(Long.MAX_VALUE / 2, 10)).isEmpty();
    }

    @Test
    void theLongestTimeToLiveDoesNotOverflow() {
        deadlines.granted(new Lease(1, Leases.MAX_TTL_SECONDS, 0), SECOND);
        assertThat(deadlines.expired(Long.MAX_VALUE / 8, 10)).isEmpty();
        assertThat(deadlines.renew(1, 2 * SECOND)).isEqualTo(OptionalLong.of(Leases.MAX_TTL_SECONDS));
    }
}
