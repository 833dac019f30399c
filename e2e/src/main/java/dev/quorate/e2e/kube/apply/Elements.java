package dev.quorate.e2e.kube.apply;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.quorate.e2e.kube.apply.Shape.Atomic;
import dev.quorate.e2e.kube.apply.Shape.Fields;
import dev.quorate.e2e.kube.apply.Shape.Keyed;
import dev.quorate.e2e.kube.apply.Shape.Unique;
import dev.quorate.e2e.kube.model.Json;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.SequencedMap;

/** Takes a value apart into named elements, as managedFields names them: {@code f:field}, {@code k:{...}}, {@code v:...}. */
final class Elements {
    private Elements() {}

    /** The value cannot be taken apart: it is a scalar, null, or of another type than its shape says. */
    static boolean isLeaf(JsonNode value, Shape shape) {
        return switch (shape) {
            case Atomic atomic -> true;
            case Fields fields -> !value.isObject();
            case Keyed keyed -> !value.isArray();
            case Unique unique -> !value.isArray();
        };
    }

    static SequencedMap<String, JsonNode> of(JsonNode value, Shape shape) {
        SequencedMap<String, JsonNode> elements = new LinkedHashMap<>();
        if (isLeaf(value, shape)) return elements;
        switch (shape) {
            case Fields fields ->
                value.properties().forEach(field -> elements.put("f:" + field.getKey(), field.getValue()));
            case Keyed keyed -> value.forEach(element -> elements.put(keyOf(element, keyed), element));
            case Unique unique -> value.forEach(element -> elements.put("v:" + Json.text(element), element));
            case Atomic atomic -> {}
        }
        return elements;
    }

    static Shape shapeOf(String element, Shape parent) {
        return switch (parent) {
            case Fields fields -> fields.children().of(element.substring(2));
            case Keyed keyed -> keyed.element();
            case Unique unique -> Shape.ATOMIC;
            case Atomic atomic -> Shape.ATOMIC;
        };
    }

    /** Puts elements together again. */
    static JsonNode join(Map<String, JsonNode> elements, Shape shape) {
        if (shape instanceof Fields) {
            ObjectNode object = Json.object();
            elements.forEach((name, value) -> object.set(name.substring(2), value));
            return object;
        }
        ArrayNode array = Json.object().arrayNode();
        elements.values().forEach(array::add);
        return array;
    }

    private static String keyOf(JsonNode element, Keyed keyed) {
        ObjectNode key = Json.object();
        for (String field : keyed.keys()) {
            if (element.has(field)) key.set(field, element.get(field));
            else if (keyed.keyDefaults().containsKey(field))
                key.put(field, keyed.keyDefaults().get(field));
        }
        return "k:" + Json.text(key);
    }
}
