package dev.quorate.e2e.kube.apply;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.quorate.e2e.kube.model.Json;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.BiPredicate;

/**
 * A set of fields of an object, as managedFields keeps it (fieldsV1): a tree whose nodes say whether they themselves
 * belong to the set. Immutable.
 */
public record FieldSet(boolean member, Map<String, FieldSet> children) {
    public static final FieldSet EMPTY = new FieldSet(false, Map.of());
    private static final FieldSet LEAF = new FieldSet(true, Map.of());

    /** All fields of a value: its leaves, and every element of a keyed list. */
    public static FieldSet of(JsonNode value, Shape shape) {
        Map<String, JsonNode> elements = Elements.of(value, shape);
        if (elements.isEmpty()) return LEAF;
        Map<String, FieldSet> children = new TreeMap<>();
        elements.forEach((name, element) -> {
            FieldSet inside = of(element, Elements.shapeOf(name, shape));
            children.put(name, new FieldSet(inside.member || name.startsWith("k:"), inside.children));
        });
        return new FieldSet(false, children);
    }

    public static FieldSet read(JsonNode fieldsV1) {
        if (fieldsV1.isEmpty()) return LEAF;
        Map<String, FieldSet> children = new TreeMap<>();
        fieldsV1.properties().forEach(field -> {
            if (!field.getKey().equals(".")) children.put(field.getKey(), read(field.getValue()));
        });
        return new FieldSet(fieldsV1.has("."), children);
    }

    public ObjectNode write() {
        ObjectNode tree = Json.object();
        if (member && !children.isEmpty()) tree.putObject(".");
        children.forEach((name, child) -> tree.set(name, child.write()));
        return tree;
    }

    public boolean isEmpty() {
        return !member && children.isEmpty();
    }

    public FieldSet child(String name) {
        return children.getOrDefault(name, EMPTY);
    }

    public FieldSet plus(FieldSet other) {
        return combine(other, (mine, theirs) -> mine || theirs);
    }

    public FieldSet minus(FieldSet other) {
        return combine(other, (mine, theirs) -> mine && !theirs);
    }

    public FieldSet and(FieldSet other) {
        return combine(other, (mine, theirs) -> mine && theirs);
    }

    /** Without some fields and all that is below them; each path is a list of element names. */
    public FieldSet without(List<String> path) {
        Map<String, FieldSet> rest = new TreeMap<>(children);
        String first = path.getFirst();
        FieldSet below = rest.remove(first);
        if (below != null && path.size() > 1) {
            FieldSet kept = below.without(path.subList(1, path.size()));
            if (!kept.isEmpty()) rest.put(first, kept);
        }
        return new FieldSet(member, rest);
    }

    private FieldSet combine(FieldSet other, BiPredicate<Boolean, Boolean> rule) {
        Map<String, FieldSet> all = new TreeMap<>();
        TreeMap<String, FieldSet> names = new TreeMap<>(children);
        names.putAll(other.children);
        for (String name : names.keySet()) {
            FieldSet combined = child(name).combine(other.child(name), rule);
            if (!combined.isEmpty()) all.put(name, combined);
        }
        return new FieldSet(rule.test(member, other.member), all);
    }

    /** The fields whose values differ between two objects: added, changed, or removed. */
    public static FieldSet changed(JsonNode before, JsonNode after, Shape shape) {
        if (before.isMissingNode()) return of(after, shape);
        if (after.isMissingNode()) return of(before, shape);
        boolean leaves = Elements.isLeaf(before, shape) || Elements.isLeaf(after, shape);
        if (leaves) return Json.same(before, after) ? EMPTY : LEAF;
        Map<String, JsonNode> old = Elements.of(before, shape);
        Map<String, JsonNode> now = Elements.of(after, shape);
        TreeMap<String, JsonNode> names = new TreeMap<>(old);
        names.putAll(now);
        Map<String, FieldSet> children = new TreeMap<>();
        JsonNode missing = Json.object().path("missing");
        for (String name : names.keySet()) {
            boolean both = old.containsKey(name) && now.containsKey(name);
            FieldSet inside = changed(
                    old.getOrDefault(name, missing), now.getOrDefault(name, missing), Elements.shapeOf(name, shape));
            if (!inside.isEmpty()) {
                children.put(name, new FieldSet(inside.member || (!both && name.startsWith("k:")), inside.children));
            }
        }
        return new FieldSet(false, children);
    }
}
