package dev.quorate.store.peer;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class RoundTripsTest {
    private static final long SECOND = 1_000_000_000;

    private final RoundTrips trips = new RoundTrips();

    @Test
    void anAnswerBelongsToItsOwnHeartbeatAlthoughOthersLeftSince() {
        trips.sent(100);
        trips.sent(200);
        trips.sent(300);

        assertThat(trips.answered(450)).hasValue(350);
        assertThat(trips.answered(460)).isEmpty();
        trips.sent(470);
        assertThat(trips.answered(480)).as("the answer to the third").isEmpty();
        assertThat(trips.answered(520)).hasValue(50);
    }

    @Test
    void answersOfAnEarlierConnectionAreNobodys() {
        trips.sent(100);
        trips.restart();

        assertThat(trips.answered(150)).isEmpty();
        trips.sent(200);
        assertThat(trips.answered(230)).hasValue(30);
    }

    @Test
    void whatIsNeverAnsweredDoesNotStopTheMeasuring() {
        trips.sent(0);
        trips.sent(11 * SECOND);

        assertThat(trips.answered(12 * SECOND)).hasValue(SECOND);
    }
}
