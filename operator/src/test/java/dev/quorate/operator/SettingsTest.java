package dev.quorate.operator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class SettingsTest {
    @Test
    void flagsWinOverTheEnvironment() {
        Settings settings = Settings.parse(
                List.of("--watch-namespaces=a, b", "--leader-election=false"),
                Map.of("QUORATE_WATCH_NAMESPACES", "c", "QUORATE_HEALTH_PORT", "0"));
        assertThat(settings.namespaces()).containsExactly("a", "b");
        assertThat(settings.leaderElection()).isFalse();
        assertThat(settings.healthPort()).isZero();
    }

    @Test
    void allMistakesAreToldTogether() {
        assertThatThrownBy(() -> Settings.parse(List.of("--what", "--health-port=x"), Map.of()))
                .hasMessageContaining("--what")
                .hasMessageContaining("--health-port");
    }
}
