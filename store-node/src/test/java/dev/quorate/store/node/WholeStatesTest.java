package dev.quorate.store.node;

import static org.assertj.core.api.Assertions.assertThat;

import dev.quorate.store.node.WholeStates.Verdict;
import org.junit.jupiter.api.Test;

class WholeStatesTest {
    private final WholeStates states = new WholeStates();
    private boolean underWay;

    @Test
    void neverTwoAtOnceToOneMember() {
        assertThat(states.wanted(2, 0)).isEqualTo(Verdict.SEND);
        assertThat(states.wanted(3, 0)).isEqualTo(Verdict.SEND);
        assertThat(states.wanted(2, 1_000_000)).isEqualTo(Verdict.WAIT);
        states.ended(2, true, 1_000_000);
        assertThat(states.wanted(2, 1_000_000)).isEqualTo(Verdict.SEND);
    }

    @Test
    void thePauseDoublesUntilOneArrives() {
        assertThat(pauseAfterAFailureAt(0)).isEqualTo(100);
        assertThat(pauseAfterAFailureAt(1_000)).isEqualTo(200);
        for (int i = 0; i < 8; i++) pauseAfterAFailureAt(10_000 * (i + 1));
        assertThat(pauseAfterAFailureAt(100_000)).isEqualTo(6_400);

        states.ended(2, true, 200_000);
        underWay = false;
        assertThat(pauseAfterAFailureAt(200_000)).isEqualTo(100);
    }

    private long pauseAfterAFailureAt(long millis) {
        if (!underWay) assertThat(states.wanted(2, millis)).isEqualTo(Verdict.SEND);
        states.ended(2, false, millis);
        long again = millis;
        while (states.wanted(2, again) == Verdict.ASK_AGAIN) again++;
        underWay = true;
        return again - millis;
    }
}
