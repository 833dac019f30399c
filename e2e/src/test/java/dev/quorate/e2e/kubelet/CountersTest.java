package dev.quorate.e2e.kubelet;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.Probe;
import io.fabric8.kubernetes.api.model.ProbeBuilder;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class CountersTest {

    /** {@code +} is an answer that passes, {@code -} one that does not. */
    @ParameterizedTest
    @CsvSource({
        // answers, successThreshold, failureThreshold, passing, failed
        "+,         1, 3, true,  false",
        "-,         1, 3, false, false",
        "+--,       1, 3, true,  false",
        "+---,      1, 3, false, true",
        "+--+--,    1, 3, true,  false",
        "+---+,     1, 3, true,  false",
        "+,         2, 3, false, false",
        "++,        2, 3, true,  false",
        "+-+,       2, 3, false, false",
        "-,         1, 1, false, true",
    })
    void probesCountInARow(String answers, int successes, int failures, boolean passing, boolean failed) {
        Probe probe = new ProbeBuilder()
                .withSuccessThreshold(successes)
                .withFailureThreshold(failures)
                .build();
        ProbeCount count = ProbeCount.FRESH;
        for (char answer : answers.toCharArray()) count = count.after(answer == '+', probe);
        assertThat(count.passing()).isEqualTo(passing);
        assertThat(count.hasFailed(probe)).isEqualTo(failed);
    }

    @Test
    void crashesWaitLongerAndLongerUntilOneRunWasLong() {
        Restarts restarts = new Restarts(0);
        List<Long> delays = new ArrayList<>();
        for (int i = 0; i < 9; i++) {
            restarts = restarts.afterRunOf(Duration.ofSeconds(1));
            delays.add(restarts.delay().toSeconds());
        }
        assertThat(delays).containsExactly(0L, 1L, 2L, 4L, 8L, 16L, 30L, 30L, 30L);
        assertThat(restarts.afterRunOf(Duration.ofMinutes(2)).delay()).isZero();
    }

    @Test
    void addressesAreGivenOutInTurnAndNeverTwice() {
        Addresses addresses = new Addresses(Path.of("/somewhere"));
        Set<String> used = new HashSet<>();
        String first = addresses.take(used);
        assertThat(first).matches("127\\.(6[4-9]|[7-9]\\d|1[01]\\d|12[0-7])\\.\\d+\\.2");
        assertThat(addresses.take(used)).as("not used, but given a moment ago").isNotEqualTo(first);
        for (int i = 0; i < 253; i++) assertThat(used.add(addresses.take(used))).isTrue();
    }

    @Test
    void aRestartedKubeletGoesOnBehindTheAddressesInUse() {
        String used = new Addresses(Path.of("/somewhere")).take(Set.of());
        assertThat(new Addresses(Path.of("/somewhere")).take(Set.of(used))).endsWith(".3");
    }
}
