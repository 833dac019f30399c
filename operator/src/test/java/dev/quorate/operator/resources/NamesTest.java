package dev.quorate.operator.resources;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class NamesTest {
    @Test
    void ordinalsAreNumbersAndNotText() {
        assertThat(Names.ordinal("a-10", "a")).isEqualTo(10);
        assertThat(Names.ordinal("a-9", "a")).isEqualTo(9);
        assertThat(Names.ordinal("a-01", "a")).isEqualTo(-1);
        assertThat(Names.ordinal("a-b-1", "a")).isEqualTo(-1);
        assertThat(Names.ordinal("ab-1", "a")).isEqualTo(-1);
        assertThat(Names.ordinal("data-a-2", "data-a")).isEqualTo(2);
    }
}
