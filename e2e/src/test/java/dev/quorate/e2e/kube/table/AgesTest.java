package dev.quorate.e2e.kube.table;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class AgesTest {
    @ParameterizedTest
    @CsvSource({
        "0,0s",
        "119,119s",
        "120,2m",
        "150,2m30s",
        "3600,60m",
        "10800,3h",
        "12000,3h20m",
        "100000,27h",
        "200000,2d7h"
    })
    void agesHaveTwoUnitsAtMost(long seconds, String text) {
        assertThat(Ages.between(Instant.EPOCH, Instant.EPOCH.plusSeconds(seconds)))
                .isEqualTo(text);
    }
}
