package dev.quorate.e2e.kube.apply;

import com.fasterxml.jackson.databind.JsonNode;
import dev.quorate.e2e.kube.model.Kind;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** How the value of a field is merged: as a whole, field by field, or as a list of keyed or unique elements. */
public sealed interface Shape {
    /** Replaced as a whole. */
    record Atomic() implements Shape {}

    /** A map or struct, merged field by field. */
    record Fields(Children children) implements Shape {}

    /** A list whose elements are told apart by the values of some of their fields. */
    record Keyed(List<String> keys, Map<String, String> keyDefaults, Shape element) implements Shape {}

    /** A list of scalars, each at most once. */
    record Unique() implements Shape {}

    /** The shape of a named field. */
    interface Children {
        Shape of(String field);
    }

    Shape ATOMIC = new Atomic();

    /** The shape of whole objects of a kind. */
    static Shape of(Kind kind) {
        if (!kind.isCustom()) return new Fields(field -> BuiltIn.of("", field));
        Shape schema = fromSchema(kind.schema());
        return new Fields(field -> switch (field) {
            case "metadata" -> BuiltIn.of("", field);
            default -> schema instanceof Fields fields ? fields.children().of(field) : BuiltIn.untyped();
        });
    }

    private static Shape fromSchema(JsonNode schema) {
        if (schema.path("type").asText().equals("array")) return listFromSchema(schema);
        if (schema.path("x-kubernetes-map-type").asText().equals("atomic")) return ATOMIC;
        JsonNode properties = schema.path("properties");
        JsonNode values = schema.path("additionalProperties");
        return new Fields(field -> {
            if (properties.has(field)) return fromSchema(properties.get(field));
            return values.isObject() ? fromSchema(values) : BuiltIn.untyped();
        });
    }

    private static Shape listFromSchema(JsonNode schema) {
        return switch (schema.path("x-kubernetes-list-type").asText()) {
            case "set" -> new Unique();
            case "map" -> {
                List<String> keys = new ArrayList<>();
                schema.path("x-kubernetes-list-map-keys").forEach(key -> keys.add(key.asText()));
                yield new Keyed(keys, Map.of(), fromSchema(schema.path("items")));
            }
            default -> ATOMIC;
        };
    }

    /** The lists and maps of the built-in kinds that are not what they look like, known by the names of their fields. */
    final class BuiltIn {
        private static final Map<String, List<String>> KEYS = Map.ofEntries(
                Map.entry("containers", List.of("name")),
                Map.entry("initContainers", List.of("name")),
                Map.entry("ephemeralContainers", List.of("name")),
                Map.entry("env", List.of("name")),
                Map.entry("volumes", List.of("name")),
                Map.entry("imagePullSecrets", List.of("name")),
                Map.entry("secrets", List.of("name")),
                Map.entry("volumeMounts", List.of("mountPath")),
                Map.entry("volumeDevices", List.of("devicePath")),
                Map.entry("conditions", List.of("type")),
                Map.entry("addresses", List.of("type")),
                Map.entry("hostAliases", List.of("ip")),
                Map.entry("topologySpreadConstraints", List.of("topologyKey", "whenUnsatisfiable")),
                Map.entry("ownerReferences", List.of("uid")));
        private static final Set<String> UNIQUE = Set.of("finalizers");
        private static final Set<String> WHOLE = Set.of(
                "selector", "nodeSelector", "labelSelector", "podSelector", "involvedObject", "claimRef", "fieldRef");

        private BuiltIn() {}

        static Shape of(String parent, String field) {
            if (WHOLE.contains(field)) return ATOMIC;
            if (UNIQUE.contains(field)) return new Unique();
            List<String> keys = KEYS.get(field);
            if (field.equals("ports")) {
                String number = parent.endsWith("ontainers") ? "containerPort" : "port";
                return new Keyed(List.of(number, "protocol"), Map.of("protocol", "TCP"), fields(field));
            }
            // The addresses of endpoints are of another kind than those of nodes.
            if (keys == null || (field.equals("addresses") && !parent.equals("status"))) return fields(field);
            return new Keyed(keys, Map.of(), fields(field));
        }

        private static Shape fields(String parent) {
            return new Fields(field -> of(parent, field));
        }

        /** Fields that no schema describes: maps are merged, lists are not. */
        static Shape untyped() {
            return new Fields(field -> untyped());
        }
    }
}
