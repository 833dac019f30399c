package dev.quorate.e2e.objects;

import io.fabric8.kubernetes.api.model.LabelSelector;
import io.fabric8.kubernetes.api.model.Node;
import io.fabric8.kubernetes.api.model.NodeSelectorRequirement;
import io.fabric8.kubernetes.api.model.NodeSelectorTerm;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The matching rules of label selectors and node selector terms. */
public final class Selectors {
    private Selectors() {}

    /** An absent selector matches nothing, an empty one everything. */
    public static boolean matches(@Nullable LabelSelector selector, @Nullable Map<String, String> labels) {
        if (selector == null) return false;
        Map<String, String> present = labels == null ? Map.of() : labels;
        return contains(present, selector.getMatchLabels())
                && selector.getMatchExpressions().stream()
                        .allMatch(rule -> holds(rule.getOperator(), rule.getKey(), rule.getValues(), present));
    }

    /** Whether every wanted label is present with its value. */
    public static boolean contains(@Nullable Map<String, String> labels, @Nullable Map<String, String> wanted) {
        return wanted == null
                || wanted.entrySet().stream()
                        .allMatch(label -> labels != null && label.getValue().equals(labels.get(label.getKey())));
    }

    public static boolean matches(NodeSelectorTerm term, Node node) {
        Map<String, String> labels = node.getMetadata().getLabels() == null
                ? Map.of()
                : node.getMetadata().getLabels();
        Map<String, String> fields = Map.of("metadata.name", node.getMetadata().getName());
        boolean empty =
                term.getMatchExpressions().isEmpty() && term.getMatchFields().isEmpty();
        return !empty
                && term.getMatchExpressions().stream().allMatch(rule -> holds(rule, labels))
                && term.getMatchFields().stream().allMatch(rule -> holds(rule, fields));
    }

    private static boolean holds(NodeSelectorRequirement rule, Map<String, String> present) {
        return holds(rule.getOperator(), rule.getKey(), rule.getValues(), present);
    }

    private static boolean holds(String operator, String key, List<String> values, Map<String, String> present) {
        String value = present.get(key);
        return switch (operator) {
            case "In" -> value != null && values.contains(value);
            case "NotIn" -> value == null || !values.contains(value);
            case "Exists" -> value != null;
            case "DoesNotExist" -> value == null;
            case "Gt" -> value != null && Long.parseLong(value) > Long.parseLong(values.getFirst());
            case "Lt" -> value != null && Long.parseLong(value) < Long.parseLong(values.getFirst());
            default -> throw new IllegalArgumentException("no such selector operator: " + operator);
        };
    }
}
