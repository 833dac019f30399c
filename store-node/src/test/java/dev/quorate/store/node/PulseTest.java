package dev.quorate.store.node;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** Heartbeats every 100 ms. */
class PulseTest {
    private final Pulse pulse = new Pulse(100);

    @Test
    void aHeartbeatIsLateAfterTwoIntervalsOfOneLead() {
        beats(true, 1_000, 1_100, 1_300);
        assertThat(pulse.lateHeartbeats()).isZero();
        beats(true, 1_501);
        assertThat(pulse.lateHeartbeats()).isEqualTo(1);
        assertThat(pulse.longestGapMillis()).isEqualTo(201);
        beats(false, 1_600);
        beats(true, 5_000, 5_100);
        assertThat(pulse.lateHeartbeats()).as("it did not lead meanwhile").isEqualTo(1);
        assertThat(pulse.heartbeatGaps().sumSeconds()).isEqualTo(0.601);
    }

    @Test
    void aTurnIsSlowWhenAHeartbeatWouldHaveToWaitForIt() {
        pulse.turnTook(100);
        assertThat(pulse.slowTurns()).isZero();
        pulse.turnTook(101);
        assertThat(pulse.slowTurns()).isEqualTo(1);
    }

    private void beats(boolean leads, long... atMillis) {
        for (long at : atMillis) pulse.beat(leads, at);
    }
}
