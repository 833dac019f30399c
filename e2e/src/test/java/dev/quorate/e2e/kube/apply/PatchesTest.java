package dev.quorate.e2e.kube.apply;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import dev.quorate.e2e.kube.model.Json;
import dev.quorate.e2e.kube.model.Kinds;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class PatchesTest {
    private static final Shape PODS =
            Shape.of(new Kinds().find("", "v1", "pods").orElseThrow());

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '\'', textBlock = """
            {"a":1,"b":2}     | {"b":null,"c":{"d":null,"e":1}} | {"a":1,"c":{"e":1}}
            {"a":[1,2]}       | {"a":[3]}                       | {"a":[3]}
            """)
    void mergePatch(String target, String patch, String result) {
        assertThat(Patches.merge(Json.parse(target), Json.parse(patch))).isEqualTo(Json.parse(result));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '\'', textBlock = """
            {"a":[1,2]} | [{"op":"add","path":"/a/-","value":3}]       | {"a":[1,2,3]}
            {"a":[1,2]} | [{"op":"add","path":"/a/0","value":3}]       | {"a":[3,1,2]}
            {"a":[1,2]} | [{"op":"remove","path":"/a/0"}]              | {"a":[2]}
            {"a":1}     | [{"op":"replace","path":"/a","value":2}]     | {"a":2}
            {"a":1}     | [{"op":"move","from":"/a","path":"/b"}]      | {"b":1}
            {"a":1}     | [{"op":"test","path":"/a","value":1}]        | {"a":1}
            """)
    void jsonPatch(String target, String patch, String result) {
        assertThat(Patches.json(Json.parse(target), Json.parse(patch))).isEqualTo(Json.parse(result));
    }

    @Test
    void aFailedTestRefusesTheWholePatch() {
        assertThatThrownBy(() -> Patches.json(
                        Json.parse("{\"a\":1}"), Json.parse("[{\"op\":\"test\",\"path\":\"/a\",\"value\":2}]")))
                .hasMessageContaining("testing path /a failed");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '\'', textBlock = """
            [{"name":"x","image":"1"}] | [{"name":"y"}]                   | [{"name":"x","image":"1"},{"name":"y"}]
            [{"name":"x","image":"1"}] | [{"name":"x","image":"2"}]       | [{"name":"x","image":"2"}]
            [{"name":"x"},{"name":"y"}]| [{"name":"x","$patch":"delete"}] | [{"name":"y"}]
            """)
    void strategicMergeKnowsContainersByName(String containers, String patch, String result) {
        assertThat(Patches.strategic(pod(containers), pod(patch), PODS)).isEqualTo(pod(result));
    }

    private static JsonNode pod(String containers) {
        return Json.parse("{\"spec\":{\"containers\":" + containers + "}}");
    }
}
