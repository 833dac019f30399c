package dev.quorate.store.api.wire;

import static org.assertj.core.api.Assertions.assertThat;

import dev.quorate.store.state.Refusal;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/** Clients compare these texts byte by byte: the table is a golden file, written anew with -Drewrite. */
class StatusesTest {
    private static final String GOLDEN = "statuses.txt";

    @Test
    void everyRefusalHasItsCodeAndText() throws IOException {
        StringBuilder table = new StringBuilder();
        for (Refusal refusal : Refusal.values()) {
            var status = Statuses.of(refusal);
            table.append(refusal).append(' ').append(status.getCode()).append(' ');
            table.append(status.getDescription()).append('\n');
        }
        if (System.getProperty("rewrite") != null)
            Files.writeString(Path.of("src/test/resources/dev/quorate/store/api/wire", GOLDEN), table);
        try (InputStream golden = StatusesTest.class.getResourceAsStream(GOLDEN)) {
            assertThat(table).hasToString(new String(golden.readAllBytes(), StandardCharsets.UTF_8));
        }
    }

    @Test
    void anExceptionForARefusalIsMadeOnceAndHasNoStack() {
        var exception = Statuses.exception(Refusal.COMPACTED);
        assertThat(exception).isSameAs(Statuses.exception(Refusal.COMPACTED));
        assertThat(exception.getStackTrace()).isEmpty();
        assertThat(exception.getStatus()).isEqualTo(Statuses.of(Refusal.COMPACTED));
    }
}
