package dev.quorate.e2e.kube.schema;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.quorate.e2e.kube.model.Json;
import dev.quorate.e2e.kube.model.Refusal.Cause;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** The structural OpenAPI schema of a custom resource, at work: unknown fields pruned, defaults filled, values checked. */
public final class Structure {
    private static final List<String> ROOT_FIELDS = List.of("apiVersion", "kind", "metadata");

    private Structure() {}

    /** Takes away all fields that the schema does not know, and says which. */
    public static List<String> pruneRoot(JsonNode schema, ObjectNode object) {
        List<String> pruned = new ArrayList<>();
        for (String field : fieldNames(object)) {
            if (!ROOT_FIELDS.contains(field)) pruneField(schema, object, field, "", pruned);
        }
        return pruned;
    }

    private static void prune(JsonNode schema, JsonNode value, String path, List<String> pruned) {
        if (value instanceof ObjectNode object) {
            for (String field : fieldNames(object)) pruneField(schema, object, field, path, pruned);
        }
        for (int i = 0; value.isArray() && i < value.size(); i++) {
            prune(schema.path("items"), value.get(i), path + "[" + i + "]", pruned);
        }
    }

    private static void pruneField(JsonNode schema, ObjectNode object, String field, String path, List<String> pruned) {
        JsonNode property = CelValues.below(schema, field);
        boolean embedded = schema.path("x-kubernetes-embedded-resource").asBoolean() && ROOT_FIELDS.contains(field);
        if (property.isObject()) {
            prune(property, object.get(field), below(path, field), pruned);
        } else if (!keepsUnknown(schema) && !property.asBoolean(false) && !embedded) {
            object.remove(field);
            pruned.add(below(path, field));
        }
    }

    private static boolean keepsUnknown(JsonNode schema) {
        return schema.path("x-kubernetes-preserve-unknown-fields").asBoolean();
    }

    public static void fillDefaults(JsonNode schema, JsonNode value) {
        if (value instanceof ObjectNode object) {
            schema.path("properties").properties().forEach(property -> {
                String field = property.getKey();
                JsonNode fallback = property.getValue().path("default");
                boolean nullable = property.getValue().path("nullable").asBoolean();
                boolean absent = !object.has(field) || (object.get(field).isNull() && !nullable);
                if (absent && !fallback.isMissingNode()) object.set(field, fallback.deepCopy());
                if (object.path(field).isNull() && !nullable) object.remove(field);
                if (object.has(field)) fillDefaults(property.getValue(), object.get(field));
            });
            if (schema.path("additionalProperties").isObject()) {
                object.forEach(element -> fillDefaults(schema.path("additionalProperties"), element));
            }
        } else if (value instanceof ArrayNode array) {
            array.forEach(element -> fillDefaults(schema.path("items"), element));
        }
    }

    /** Everything that is wrong with an object, in the words of the real API server. */
    public static List<Cause> validate(JsonNode schema, ObjectNode object) {
        List<Cause> causes = new ArrayList<>();
        ObjectNode checked = object.deepCopy();
        checked.remove(ROOT_FIELDS);
        check(schema, checked, "", causes);
        return causes;
    }

    private static void check(JsonNode schema, JsonNode value, String path, List<Cause> causes) {
        if (value.isNull() && schema.path("nullable").asBoolean()) return;
        if (!hasType(schema, value)) {
            String type = schema.path("x-kubernetes-int-or-string").asBoolean()
                    ? "integer,string"
                    : schema.path("type").asText();
            String message = "Invalid value: \"%s\": %s in body must be of type %s: \"%s\""
                    .formatted(typeOf(value), path, type, typeOf(value));
            causes.add(new Cause("FieldValueTypeInvalid", message, where(path)));
            return;
        }
        checkEnum(schema, value, path, causes);
        if (value.isTextual()) checkText(schema, value.asText(), path, causes);
        if (value.isNumber()) checkNumber(schema, value, path, causes);
        if (value instanceof ArrayNode array) checkList(schema, array, path, causes);
        if (value instanceof ObjectNode object) checkObject(schema, object, path, causes);
    }

    private static boolean hasType(JsonNode schema, JsonNode value) {
        if (schema.path("x-kubernetes-int-or-string").asBoolean()) return value.isTextual() || isInteger(value);
        return switch (schema.path("type").asText()) {
            case "object" -> value.isObject();
            case "array" -> value.isArray();
            case "string" -> value.isTextual();
            case "boolean" -> value.isBoolean();
            case "integer" -> isInteger(value);
            case "number" -> value.isNumber();
            default -> true;
        };
    }

    private static boolean isInteger(JsonNode value) {
        return value.isNumber() && value.decimalValue().stripTrailingZeros().scale() <= 0;
    }

    static String typeOf(JsonNode value) {
        return switch (value.getNodeType()) {
            case OBJECT -> "object";
            case ARRAY -> "array";
            case STRING -> "string";
            case BOOLEAN -> "boolean";
            case NUMBER -> isInteger(value) ? "integer" : "number";
            default -> "null";
        };
    }

    private static void checkEnum(JsonNode schema, JsonNode value, String path, List<Cause> causes) {
        JsonNode allowed = schema.path("enum");
        if (!allowed.isArray() || allowed.valueStream().anyMatch(one -> Json.same(one, value))) return;
        String supported = allowed.valueStream().map(Json::text).collect(Collectors.joining(", "));
        String message = "Unsupported value: %s: supported values: %s".formatted(Json.text(value), supported);
        causes.add(new Cause("FieldValueNotSupported", message, where(path)));
    }

    private static void checkText(JsonNode schema, String text, String path, List<Cause> causes) {
        int length = text.codePointCount(0, text.length());
        if (schema.has("maxLength") && length > schema.get("maxLength").asInt()) {
            causes.add(new Cause(
                    "FieldValueTooLong",
                    "Too long: may not be more than " + schema.get("maxLength").asInt() + " bytes",
                    where(path)));
        }
        if (schema.has("minLength") && length < schema.get("minLength").asInt()) {
            invalid(text(text), path, "should be at least " + schema.get("minLength") + " chars long", causes);
        }
        String pattern = schema.path("pattern").asText("");
        if (!pattern.isEmpty() && !Pattern.compile(pattern).matcher(text).find()) {
            invalid(text(text), path, "should match '" + pattern + "'", causes);
        }
    }

    private static void checkNumber(JsonNode schema, JsonNode value, String path, List<Cause> causes) {
        if (schema.has("minimum")) {
            int sign = value.decimalValue().compareTo(schema.get("minimum").decimalValue());
            boolean exclusive = schema.path("exclusiveMinimum").asBoolean();
            String than = exclusive ? "should be greater than " : "should be greater than or equal to ";
            if (sign < 0 || (sign == 0 && exclusive))
                invalid(value.asText(), path, than + schema.get("minimum"), causes);
        }
        if (schema.has("maximum")) {
            int sign = value.decimalValue().compareTo(schema.get("maximum").decimalValue());
            boolean exclusive = schema.path("exclusiveMaximum").asBoolean();
            String than = exclusive ? "should be less than " : "should be less than or equal to ";
            if (sign > 0 || (sign == 0 && exclusive))
                invalid(value.asText(), path, than + schema.get("maximum"), causes);
        }
        if (schema.has("multipleOf")
                && value.decimalValue()
                                .remainder(schema.get("multipleOf").decimalValue())
                                .signum()
                        != 0) {
            invalid(value.asText(), path, "should be a multiple of " + schema.get("multipleOf"), causes);
        }
    }

    private static void checkList(JsonNode schema, ArrayNode list, String path, List<Cause> causes) {
        if (schema.has("maxItems") && list.size() > schema.get("maxItems").asInt()) {
            String message = "Too many: %d: must have at most %d items"
                    .formatted(list.size(), schema.get("maxItems").asInt());
            causes.add(new Cause("FieldValueTooMany", message, where(path)));
        }
        if (schema.has("minItems") && list.size() < schema.get("minItems").asInt()) {
            invalid(
                    String.valueOf(list.size()),
                    path,
                    "should have at least " + schema.get("minItems") + " items",
                    causes);
        }
        TreeSet<String> seen = new TreeSet<>();
        for (int i = 0; i < list.size(); i++) {
            String place = path + "[" + i + "]";
            check(schema.path("items"), list.get(i), place, causes);
            String key = key(schema, list.get(i));
            if (!key.isEmpty() && !seen.add(key)) {
                causes.add(new Cause("FieldValueDuplicate", "Duplicate value: " + key, where(place)));
            }
        }
    }

    /** What tells the elements of a map or set list apart; empty for other lists. */
    private static String key(JsonNode schema, JsonNode element) {
        return switch (schema.path("x-kubernetes-list-type").asText()) {
            case "set" -> Json.text(element);
            case "map" -> {
                ObjectNode key = Json.object();
                schema.path("x-kubernetes-list-map-keys")
                        .forEach(field -> key.set(field.asText(), element.path(field.asText())));
                yield Json.text(key);
            }
            default -> "";
        };
    }

    private static void checkObject(JsonNode schema, ObjectNode object, String path, List<Cause> causes) {
        for (JsonNode field : schema.path("required")) {
            if ((ROOT_FIELDS.contains(field.asText()) && path.isEmpty()) || object.has(field.asText())) continue;
            causes.add(new Cause("FieldValueRequired", "Required value", below(path, field.asText())));
        }
        if (schema.has("maxProperties")
                && object.size() > schema.get("maxProperties").asInt()) {
            String message = "Too many: %d: must have at most %d items"
                    .formatted(object.size(), schema.get("maxProperties").asInt());
            causes.add(new Cause("FieldValueTooMany", message, where(path)));
        }
        object.properties().forEach(field -> {
            JsonNode inside = schema.path("properties").path(field.getKey());
            JsonNode one = inside.isObject() ? inside : schema.path("additionalProperties");
            if (one.isObject()) check(one, field.getValue(), below(path, field.getKey()), causes);
        });
    }

    private static void invalid(String value, String path, String rule, List<Cause> causes) {
        String message = "Invalid value: %s: %s in body %s".formatted(value, path, rule);
        causes.add(new Cause("FieldValueInvalid", message, where(path)));
    }

    private static String text(String value) {
        return "\"" + value + "\"";
    }

    static String below(String path, String field) {
        return path.isEmpty() ? field : path + "." + field;
    }

    static String where(String path) {
        return path.isEmpty() ? "<nil>" : path;
    }

    private static List<String> fieldNames(ObjectNode object) {
        List<String> names = new ArrayList<>();
        object.fieldNames().forEachRemaining(names::add);
        return names;
    }
}
