package dev.quorate.store.ops;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class GoNumbersTest {
    /** What etcd 3.5 writes for the same values. */
    @ParameterizedTest
    @CsvSource({
        "1.0, 1",
        "0.0, 0",
        "20480.0, 20480",
        "999999.0, 999999",
        "1048576.0, 1.048576e+06",
        "1.6777216E7, 1.6777216e+07",
        "2.147483648E9, 2.147483648e+09",
        "0.128, 0.128",
        "1.0E-4, 0.0001",
        "1.5E-5, 1.5e-05",
        "-2.0E7, -2e+07",
        "1.0E100, 1e+100",
        "NaN, NaN",
        "+Inf, +Inf"
    })
    void aNumberIsWrittenAsEtcdWritesIt(String ours, String etcds) {
        assertThat(GoNumbers.number(ours)).isEqualTo(etcds);
    }

    @Test
    void namesAndTextsStayAsTheyAre() {
        assertThat(GoNumbers.page("""
                # HELP a_seconds takes 1.0 s
                # TYPE a_seconds histogram
                a_seconds_bucket{kind="1.0",le="1.0"} 2.0
                a_seconds_bucket{kind="1.0",le="+Inf"} 3.0
                """)).isEqualTo("""
                # HELP a_seconds takes 1.0 s
                # TYPE a_seconds histogram
                a_seconds_bucket{kind="1.0",le="1"} 2
                a_seconds_bucket{kind="1.0",le="+Inf"} 3
                """);
    }
}
