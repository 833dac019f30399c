package dev.quorate.store.node;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ChangesTest {
    /** Of the leader's log, what a learner must have to become a voter. */
    @ParameterizedTest
    @CsvSource({
        "0, 9, false",
        "8, 10, false",
        "9, 10, true",
        "10, 10, true",
        "8_999, 10_000, false",
        "9_000, 10_000, true",
        "45_000, 50_000, true",
        "49_999, 55_000, false",
        "50_000, 55_000, true",
        "900_000, 1_000_000, false",
        "994_999, 1_000_000, false",
        "995_000, 1_000_000, true",
    })
    void whoIsFarBehindDoesNotBecomeAVoter(String match, String last, boolean ready) {
        assertThat(Changes.Rules.caughtUp(number(match), number(last))).isEqualTo(ready);
    }

    private static long number(String text) {
        return Long.parseLong(text.replace("_", ""));
    }
}
