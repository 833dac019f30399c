package dev.quorate.e2e.kube.schema;

import com.fasterxml.jackson.databind.JsonNode;
import com.google.protobuf.NullValue;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** JSON trees as the values that CEL computes with; the formats of the schema become times and durations. */
final class CelValues {
    private static final Pattern DURATION_PART = Pattern.compile("(\\d+(?:\\.\\d+)?)(ns|us|µs|ms|s|m|h)");
    private static final Map<String, Double> NANOS =
            Map.of("ns", 1.0, "us", 1e3, "µs", 1e3, "ms", 1e6, "s", 1e9, "m", 60e9, "h", 3600e9);

    private CelValues() {}

    static Object of(JsonNode schema, JsonNode value) {
        return switch (value.getNodeType()) {
            case OBJECT -> {
                Map<String, Object> map = new LinkedHashMap<>();
                value.properties()
                        .forEach(field -> map.put(field.getKey(), of(below(schema, field.getKey()), field.getValue())));
                yield map;
            }
            case ARRAY -> {
                List<Object> list = new ArrayList<>();
                value.forEach(element -> list.add(of(schema.path("items"), element)));
                yield list;
            }
            case BOOLEAN -> value.booleanValue();
            case NUMBER ->
                schema.path("type").asText().equals("number") || !value.canConvertToExactIntegral()
                        ? (Object) value.doubleValue()
                        : (Object) value.longValue();
            case STRING -> text(schema, value.asText());
            default -> NullValue.NULL_VALUE;
        };
    }

    static JsonNode below(JsonNode schema, String field) {
        JsonNode property = schema.path("properties").path(field);
        return property.isMissingNode() ? schema.path("additionalProperties") : property;
    }

    private static Object text(JsonNode schema, String text) {
        return switch (schema.path("format").asText()) {
            case "date-time" -> Instant.parse(text);
            case "duration" -> duration(text);
            default -> text;
        };
    }

    private static Duration duration(String text) {
        Matcher part = DURATION_PART.matcher(text);
        double nanos = 0;
        while (part.find()) nanos += Double.parseDouble(part.group(1)) * NANOS.getOrDefault(part.group(2), 0.0);
        return Duration.ofNanos((long) (text.startsWith("-") ? -nanos : nanos));
    }
}
