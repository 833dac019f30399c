package dev.quorate.e2e.kubelet;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class SubstitutionTest {
    private static final Map<String, String> VARIABLES = Map.of("A", "1", "POD_NAME", "a-0");
    private static final Substitution HOST =
            new Substitution(Map.of("/data", "/host/v1", "/data/wal", "/host/v2", "/tmp", "/host/t"), "127.9.0.2");

    @ParameterizedTest
    @CsvSource({
        "plain,            plain",
        "$(A),             1",
        "--name=$(POD_NAME).x, --name=a-0.x",
        "$(MISSING),       $(MISSING)",
        "$$(A),            $(A)",
        "$A,               $A",
        "a$$b,             a$b",
    })
    void expandsAsKubernetesDoes(String text, String expected) {
        assertThat(Substitution.expand(text, VARIABLES)).isEqualTo(expected);
    }

    @ParameterizedTest
    @CsvSource({
        "--data-dir=/data,           --data-dir=/host/v1",
        "/data/x,                    /host/v1/x",
        "/data/wal/x,                /host/v2/x",
        "/database,                  /database",
        "/var/data,                  /var/data",
        "http://a.b/data,            http://a.b/data",
        "/data:/tmp,                 /host/v1:/host/t",
        "file:/data/x,               file:/host/v1/x",
        "http://0.0.0.0:2379,        http://127.9.0.2:2379",
        "[::]:2379,                  127.9.0.2:2379",
        "10.0.0.0,                   10.0.0.0",
    })
    void mapsPathsAndTheAddressOfAllInterfaces(String text, String expected) {
        assertThat(HOST.toHost(text)).isEqualTo(expected);
    }
}
