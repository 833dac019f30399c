package dev.quorate.e2e.volume;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** Some seconds of what the command does with far more data. */
class VolumeIT {
    @Test
    void nothingIsWrongAndTheSpaceIsGivenBack() throws Exception {
        Volume volume = Volume.parsed("../store-node/target/dist/bin/store-node", "--gigabytes", "0.4", "--keys", "40");
        assertThat(volume.run()).isEmpty();
    }
}
