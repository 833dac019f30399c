package dev.quorate.e2e.kube.apply;

import com.fasterxml.jackson.core.JsonPointer;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.quorate.e2e.kube.apply.Shape.Keyed;
import dev.quorate.e2e.kube.model.Json;
import dev.quorate.e2e.kube.model.Refusal;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.SequencedMap;

/** The three older patches: JSON patch (RFC 6902), merge patch (RFC 7386) and Kubernetes' strategic merge patch. */
public final class Patches {
    private Patches() {}

    public static JsonNode merge(JsonNode target, JsonNode patch) {
        if (!(patch instanceof ObjectNode changes)) return patch.deepCopy();
        ObjectNode result = target instanceof ObjectNode object ? object.deepCopy() : Json.object();
        changes.properties().forEach(change -> {
            if (change.getValue().isNull()) result.remove(change.getKey());
            else result.set(change.getKey(), merge(result.path(change.getKey()), change.getValue()));
        });
        return result;
    }

    /** A merge patch whose keyed lists are merged element by element, with its {@code $patch} directives. */
    public static JsonNode strategic(JsonNode target, JsonNode patch, Shape shape) {
        if (patch instanceof ObjectNode changes) return strategicObject(target, changes, shape);
        if (patch instanceof ArrayNode changes && mergesLists(shape)) return strategicList(target, changes, shape);
        return patch.deepCopy();
    }

    private static boolean mergesLists(Shape shape) {
        return shape instanceof Keyed || shape instanceof Shape.Unique;
    }

    private static JsonNode strategicObject(JsonNode target, ObjectNode changes, Shape shape) {
        if (changes.path("$patch").asText().equals("replace")) {
            ObjectNode replaced = changes.deepCopy();
            replaced.remove("$patch");
            return replaced;
        }
        ObjectNode result = target instanceof ObjectNode object ? object.deepCopy() : Json.object();
        changes.properties().forEach(change -> {
            String name = change.getKey();
            if (name.startsWith("$deleteFromPrimitiveList/")) {
                deleteFromList(result, name.substring(name.indexOf('/') + 1), change.getValue());
            } else if (name.equals("$retainKeys")) {
                result.retain(
                        changes.properties().stream().map(Map.Entry::getKey).toList());
            } else if (name.startsWith("$")) {
                // $setElementOrder only says in which order elements stand; ours keep the order they have.
                return;
            } else if (change.getValue().isNull()) {
                result.remove(name);
            } else {
                Shape inside =
                        Elements.shapeOf("f:" + name, shape instanceof Shape.Fields ? shape : Shape.BuiltIn.untyped());
                result.set(name, strategic(result.path(name), change.getValue(), inside));
            }
        });
        return result;
    }

    private static void deleteFromList(ObjectNode object, String field, JsonNode values) {
        if (!(object.get(field) instanceof ArrayNode list)) return;
        values.forEach(value -> list.removeIf(element -> Json.same(element, value)));
    }

    private static JsonNode strategicList(JsonNode target, ArrayNode changes, Shape shape) {
        SequencedMap<String, JsonNode> elements = new LinkedHashMap<>(Elements.of(target, strategicShape(shape)));
        Elements.of(changes, strategicShape(shape)).forEach((name, change) -> {
            if (change.path("$patch").asText().equals("delete")) {
                elements.remove(name);
            } else {
                JsonNode old = elements.get(name);
                elements.put(
                        name, old == null ? change.deepCopy() : strategic(old, change, Elements.shapeOf(name, shape)));
            }
        });
        return Elements.join(elements, strategicShape(shape));
    }

    /** A strategic merge knows one key for each list, the first of those that an apply knows. */
    private static Shape strategicShape(Shape shape) {
        if (!(shape instanceof Keyed keyed)) return shape;
        return new Keyed(keyed.keys().subList(0, 1), keyed.keyDefaults(), keyed.element());
    }

    public static JsonNode json(JsonNode target, JsonNode patch) {
        JsonNode result = target.deepCopy();
        for (JsonNode operation : patch) {
            String path = operation.path("path").asText();
            switch (operation.path("op").asText()) {
                case "add" -> result = add(result, path, operation.path("value").deepCopy());
                case "remove" -> remove(result, path);
                case "replace" -> {
                    if (!path.isEmpty()) remove(result, path);
                    result = add(result, path, operation.path("value").deepCopy());
                }
                case "move" -> {
                    JsonNode moved = read(result, operation.path("from").asText());
                    remove(result, operation.path("from").asText());
                    result = add(result, path, moved);
                }
                case "copy" ->
                    result = add(
                            result,
                            path,
                            read(result, operation.path("from").asText()).deepCopy());
                case "test" -> {
                    if (!Json.same(result.at(path), operation.path("value"))) {
                        throw wrong("testing path " + path + " failed");
                    }
                }
                default -> throw Refusal.badRequest("unknown JSON patch operation: " + operation);
            }
        }
        return result;
    }

    private static JsonNode add(JsonNode tree, String path, JsonNode value) {
        if (path.isEmpty()) return value;
        JsonPointer pointer = JsonPointer.compile(path);
        String last = pointer.last().getMatchingProperty();
        JsonNode parent = tree.at(pointer.head());
        if (parent instanceof ObjectNode object) {
            object.set(last, value);
        } else if (parent instanceof ArrayNode array) {
            int index = last.equals("-") ? array.size() : pointer.last().getMatchingIndex();
            if (index < 0 || index > array.size())
                throw wrong("add operation does not apply: doc is missing path: \"" + path + "\"");
            array.insert(index, value);
        } else {
            throw wrong("add operation does not apply: doc is missing path: \"" + path + "\": missing value");
        }
        return tree;
    }

    private static void remove(JsonNode tree, String path) {
        JsonPointer pointer = JsonPointer.compile(path);
        JsonNode parent = tree.at(pointer.head());
        read(tree, path);
        if (parent instanceof ObjectNode object) object.remove(pointer.last().getMatchingProperty());
        if (parent instanceof ArrayNode array) array.remove(pointer.last().getMatchingIndex());
    }

    private static JsonNode read(JsonNode tree, String path) {
        JsonNode value = tree.at(path);
        if (value.isMissingNode()) throw wrong("doc is missing path: \"" + path + "\": missing value");
        return value;
    }

    private static Refusal wrong(String message) {
        return new Refusal(
                422, "Invalid", "the server rejected our request due to an error in our request: " + message);
    }
}
