package dev.quorate.e2e.kube.table;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The part of JSONPath that printer columns use: fields, indexes and {@code [?(@.type=="Ready")]}. */
final class PrinterPath {
    private static final Pattern STEP = Pattern.compile(
            "\\.((?:[^.\\[\\\\]|\\\\.)+)|\\[(\\d+)]|\\[\\?\\(@\\.(\\w+)\\s*==\\s*['\"]([^'\"]*)['\"]\\)]|\\['([^']+)']");

    private PrinterPath() {}

    static JsonNode of(JsonNode object, String path) {
        JsonNode at = object;
        Matcher step = STEP.matcher(path);
        while (step.find()) at = next(at, step);
        return at;
    }

    private static JsonNode next(JsonNode at, Matcher step) {
        if (step.group(1) != null) return at.path(step.group(1).replace("\\.", "."));
        if (step.group(2) != null) return at.path(Integer.parseInt(step.group(2)));
        if (step.group(5) != null) return at.path(step.group(5));
        for (JsonNode element : at) {
            if (element.path(step.group(3)).asText().equals(step.group(4))) return element;
        }
        return MissingNode.getInstance();
    }
}
