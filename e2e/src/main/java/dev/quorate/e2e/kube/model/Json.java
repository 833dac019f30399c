package dev.quorate.e2e.kube.model;

import com.fasterxml.jackson.core.json.JsonWriteFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.MissingNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;

/** Reading, writing and comparing of JSON trees: the only form in which LocalKube knows an object. */
public final class Json {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final ObjectMapper ASCII =
            JsonMapper.builder().enable(JsonWriteFeature.ESCAPE_NON_ASCII).build();
    private static final ObjectMapper YAML = new ObjectMapper(new YAMLFactory());

    private Json() {}

    public static ObjectNode object() {
        return JsonNodeFactory.instance.objectNode();
    }

    /** A tree of a text that is JSON, or YAML when it does not look like JSON. */
    public static JsonNode parse(String text) {
        String start = text.stripLeading();
        boolean json = start.startsWith("{") || start.startsWith("[");
        try {
            JsonNode tree = (json ? JSON : YAML).readTree(text);
            return tree == null ? MissingNode.getInstance() : tree;
        } catch (IOException malformed) {
            throw Refusal.badRequest("the object provided is unrecognized: " + malformed.getMessage());
        }
    }

    public static ObjectNode parseObject(String text) {
        if (parse(text) instanceof ObjectNode object) return object;
        throw Refusal.badRequest("the body of the request is not an object");
    }

    public static String text(JsonNode tree) {
        try {
            return JSON.writeValueAsString(tree);
        } catch (IOException impossible) {
            throw new UncheckedIOException(impossible);
        }
    }

    /** The same in ASCII only: some clients cut a stream into characters wherever its packets end. */
    public static String ascii(JsonNode tree) {
        try {
            return ASCII.writeValueAsString(tree);
        } catch (IOException impossible) {
            throw new UncheckedIOException(impossible);
        }
    }

    /** What is at a dotted path such as {@code .spec.replicas}; missing when some step is absent. */
    public static JsonNode at(JsonNode tree, String path) {
        JsonNode at = tree;
        for (String step : path.split("\\.", -1)) {
            if (!step.isEmpty()) at = at.path(step);
        }
        return at;
    }

    public static String textAt(JsonNode tree, String path) {
        return at(tree, path).asText("");
    }

    /** Puts a value at a dotted path and makes the objects on the way. */
    public static void put(ObjectNode tree, String path, JsonNode value) {
        List<String> steps = new ArrayList<>(List.of(path.split("\\.", -1)));
        steps.removeIf(String::isEmpty);
        ObjectNode at = tree;
        for (String step : steps.subList(0, steps.size() - 1)) at = child(at, step);
        at.set(steps.getLast(), value);
    }

    public static ObjectNode child(ObjectNode parent, String field) {
        return parent.get(field) instanceof ObjectNode there ? there : parent.putObject(field);
    }

    public static ObjectNode metadata(ObjectNode object) {
        return child(object, "metadata");
    }

    /** Equality that does not care how wide a number is kept. */
    public static boolean same(JsonNode left, JsonNode right) {
        return left.equals(
                (a, b) -> {
                    if (a.isNumber() && b.isNumber()) return a.decimalValue().compareTo(b.decimalValue());
                    return a.equals(b) ? 0 : 1;
                },
                right);
    }
}
