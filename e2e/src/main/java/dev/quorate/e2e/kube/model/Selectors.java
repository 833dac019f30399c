package dev.quorate.e2e.kube.model;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Label and field selectors, read from their texts. */
public final class Selectors {
    private static final Pattern SET = Pattern.compile("\\s*([^\\s=!,()]+)\\s+(in|notin)\\s*\\(([^)]*)\\)\\s*");
    private static final Pattern EQUALITY = Pattern.compile("\\s*([^\\s=!,()]+)\\s*(==|=|!=)\\s*([^\\s=!,()]*)\\s*");
    private static final Pattern EXISTS = Pattern.compile("\\s*(!?)\\s*([^\\s=!,()]+)\\s*");
    private static final Set<String> ANY_KIND = Set.of("metadata.name", "metadata.namespace");

    private Selectors() {}

    public static Predicate<JsonNode> labels(String text) {
        Predicate<JsonNode> all = object -> true;
        for (String part : parts(text)) {
            Predicate<JsonNode> one = label(part);
            all = all.and(object -> one.test(Json.at(object, "metadata.labels")));
        }
        return all;
    }

    private static Predicate<JsonNode> label(String part) {
        Matcher set = SET.matcher(part);
        if (set.matches()) {
            List<String> values = Arrays.stream(set.group(3).split(",", -1))
                    .map(String::strip)
                    .toList();
            String key = set.group(1);
            if (set.group(2).equals("in")) return labels -> labels.has(key) && values.contains(value(labels, key));
            return labels -> !labels.has(key) || !values.contains(value(labels, key));
        }
        Matcher equality = EQUALITY.matcher(part);
        if (equality.matches()) {
            String key = equality.group(1);
            String value = equality.group(3);
            if (equality.group(2).equals("!="))
                return labels -> !labels.has(key) || !value(labels, key).equals(value);
            return labels -> labels.has(key) && value(labels, key).equals(value);
        }
        Matcher exists = EXISTS.matcher(part);
        if (!exists.matches()) throw Refusal.badRequest("unable to parse requirement: " + part);
        boolean wanted = exists.group(1).isEmpty();
        return labels -> labels.has(exists.group(2)) == wanted;
    }

    /** The selector of an object's spec (matchLabels and matchExpressions); an empty one matches all. */
    public static Predicate<JsonNode> of(JsonNode selector) {
        List<String> parts = new ArrayList<>();
        selector.path("matchLabels")
                .properties()
                .forEach(label ->
                        parts.add(label.getKey() + "=" + label.getValue().asText()));
        for (JsonNode expression : selector.path("matchExpressions")) {
            String key = expression.path("key").asText();
            List<String> values = new ArrayList<>();
            expression.path("values").forEach(value -> values.add(value.asText()));
            String list = "(" + String.join(",", values) + ")";
            parts.add(
                    switch (expression.path("operator").asText()) {
                        case "In" -> key + " in " + list;
                        case "NotIn" -> key + " notin " + list;
                        case "DoesNotExist" -> "!" + key;
                        default -> key;
                    });
        }
        return labels(String.join(",", parts));
    }

    public static Predicate<JsonNode> fields(Kind kind, String text) {
        Predicate<JsonNode> all = object -> true;
        for (String part : parts(text)) {
            Matcher equality = EQUALITY.matcher(part);
            if (!equality.matches()) throw Refusal.badRequest("invalid field selector: " + part);
            String field = equality.group(1);
            if (!ANY_KIND.contains(field) && !known(kind, field)) {
                throw Refusal.badRequest("Unable to find \"%s\" that match label selector \"\", field selector \"%s\": "
                                .formatted(kind.apiVersion() + ", Resource=" + kind.plural(), text)
                        + "field label not supported: " + field);
            }
            boolean wanted = !equality.group(2).equals("!=");
            all = all.and(object -> Json.textAt(object, field).equals(equality.group(3)) == wanted);
        }
        return all;
    }

    private static boolean known(Kind kind, String field) {
        return switch (kind.kind()) {
            case "Pod" ->
                Set.of(
                                "spec.nodeName",
                                "spec.restartPolicy",
                                "spec.schedulerName",
                                "spec.serviceAccountName",
                                "status.phase",
                                "status.podIP",
                                "status.nominatedNodeName")
                        .contains(field);
            case "Event" ->
                field.startsWith("involvedObject.")
                        || field.startsWith("regarding.")
                        || Set.of("reason", "reportingComponent", "source", "type")
                                .contains(field);
            case "Node" -> field.equals("spec.unschedulable");
            case "Namespace" -> field.equals("status.phase");
            case "Secret" -> field.equals("type");
            case "Job" -> field.equals("status.successful");
            default -> false;
        };
    }

    /** Cuts at the commas that are not between parentheses. */
    private static List<String> parts(String text) {
        List<String> parts = new ArrayList<>();
        int depth = 0;
        int from = 0;
        for (int at = 0; at <= text.length(); at++) {
            char c = at == text.length() ? ',' : text.charAt(at);
            if (c == '(') depth++;
            if (c == ')') depth--;
            if (c != ',' || (depth > 0 && at < text.length())) continue;
            if (!text.substring(from, at).isBlank()) parts.add(text.substring(from, at));
            from = at + 1;
        }
        return parts;
    }

    private static String value(JsonNode labels, String key) {
        return labels.path(key).asText();
    }
}
