package dev.quorate.e2e.kube.table;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.NullNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import dev.quorate.e2e.kube.model.Json;
import java.time.Instant;
import java.util.function.Function;

/** One column of a table: its name, its type and how a cell is made of an object. */
record Column(String name, String type, int priority, Cell cell) {
    /** A cell of an object at a moment. */
    interface Cell {
        JsonNode of(ObjectNode object, Instant now);
    }

    /** An additionalPrinterColumn. */
    static Column of(JsonNode definition) {
        String type = definition.path("type").asText("string");
        String path = definition.path("jsonPath").asText();
        Cell cell = type.equals("date")
                ? (object, now) -> age(PrinterPath.of(object, path), now)
                : (object, now) -> value(PrinterPath.of(object, path));
        return new Column(
                definition.path("name").asText(),
                type,
                definition.path("priority").asInt(0),
                cell);
    }

    static Column path(String name, String path) {
        return new Column(name, "string", 0, (object, now) -> value(Json.at(object, path)));
    }

    static Column text(String name, Function<ObjectNode, String> text) {
        return new Column(name, "string", 0, (object, now) -> TextNode.valueOf(text.apply(object)));
    }

    static Column age(String name, String path) {
        return age(name, object -> Json.at(object, path));
    }

    static Column age(String name, Function<ObjectNode, JsonNode> time) {
        return new Column(name, "string", 0, (object, now) -> age(time.apply(object), now));
    }

    Column wide() {
        return new Column(name, type, 1, cell);
    }

    private static JsonNode value(JsonNode value) {
        if (value.isMissingNode()) return NullNode.instance;
        return value.isContainerNode() ? TextNode.valueOf(value.toString()) : value;
    }

    private static JsonNode age(JsonNode time, Instant now) {
        if (!time.isTextual()) return TextNode.valueOf("<unknown>");
        return TextNode.valueOf(Ages.between(Instant.parse(time.asText()), now));
    }
}
