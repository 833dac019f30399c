package dev.quorate.e2e.soak;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** A minute of what the command does for as long as it is told to: every kind of fault may come but a full disk. */
class SoakIT {
    @Test
    void noAnswerAndNoEventIsWrong() throws Exception {
        Soak soak = Soak.parsed("../store-node/target/dist/bin/store-node", "--seconds", "45", "--seed", "3");
        assertThat(soak.run()).isEmpty();
    }
}
