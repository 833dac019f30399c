package dev.quorate.e2e.kube.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class SelectorsTest {
    private static final JsonNode OBJECT = Json.parse(
            "{\"metadata\":{\"name\":\"n\",\"labels\":{\"app\":\"web\",\"tier\":\"db\"}},\"status\":{\"phase\":\"Running\"}}");

    @ParameterizedTest
    @CsvSource(delimiter = '|', nullValues = "-", textBlock = """
            app=web                     | true
            app==db                     | false
            app!=db                     | true
            other!=x                    | true
            app in (web, api),tier=db   | true
            app notin (web)             | false
            other notin (web)           | true
            app                         | true
            !app                        | false
            !other,app                  | true
            app in (a,b)                | false
            """)
    void labels(String selector, boolean matches) {
        assertThat(Selectors.labels(selector).test(OBJECT)).isEqualTo(matches);
    }

    @ParameterizedTest
    @CsvSource({"metadata.name=n, true", "status.phase!=Running, false", "spec.nodeName=, true"})
    void fields(String selector, boolean matches) {
        Kind pods = new Kinds().find("", "v1", "pods").orElseThrow();
        assertThat(Selectors.fields(pods, selector).test(OBJECT)).isEqualTo(matches);
    }

    @Test
    void anUnknownFieldIsRefused() {
        Kind pods = new Kinds().find("", "v1", "pods").orElseThrow();
        assertThatThrownBy(() -> Selectors.fields(pods, "spec.color=red"))
                .hasMessageEndingWith("field label not supported: spec.color");
    }
}
