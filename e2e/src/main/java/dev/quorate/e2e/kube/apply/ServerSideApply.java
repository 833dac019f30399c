package dev.quorate.e2e.kube.apply;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.quorate.e2e.kube.model.Refusal;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;

/*
 * The idea: every manager has a set of fields. An applied configuration is merged into the live object; what the
 * manager had applied before and does not apply any more goes away unless somebody else owns it too; a field that
 * another manager owns and that would change is a conflict, unless the manager takes it by force.
 */
/** Merges an applied configuration into an object and says who owns which field afterwards. */
public final class ServerSideApply {
    private static final String APPLY = "Apply";

    private ServerSideApply() {}

    /**
     * The object after the configuration is applied, managedFields included.
     *
     * @param live the object now; an empty one if there is none
     */
    public static ObjectNode apply(
            ObjectNode live, ObjectNode applied, Shape shape, ManagedFields.Writer writer, boolean force) {
        ManagedFields owners = ManagedFields.of(live);
        FieldSet mine = ManagedFields.withoutIdentity(FieldSet.of(applied, shape));
        FieldSet before = owners.of(writer, APPLY);
        FieldSet others = owners.allBut(writer, APPLY);
        JsonNode merged = merge(live, applied, shape);
        FieldSet changed = ManagedFields.withoutIdentity(FieldSet.changed(live, merged, shape));
        ManagedFields.Split split = owners.conflicts(writer, changed.and(mine));
        if (!force && !split.conflicts().isEmpty()) throw conflict(split.conflicts());
        FieldSet gone = before.minus(mine).minus(others);
        ObjectNode pruned = (ObjectNode) remove(merged, gone, shape);
        return split.rest().with(writer, APPLY, mine).writeTo(pruned);
    }

    private static Refusal conflict(List<Refusal.Cause> conflicts) {
        String lines = conflicts.size() == 1
                ? conflicts.getFirst().message() + ": " + conflicts.getFirst().field()
                : lines(conflicts);
        String count = conflicts.size() == 1 ? "1 conflict" : conflicts.size() + " conflicts";
        String message = "Apply failed with " + count + ": " + lines;
        return new Refusal(409, "Conflict", message).because(conflicts);
    }

    private static String lines(List<Refusal.Cause> conflicts) {
        SequencedMap<String, List<String>> byOwner = new LinkedHashMap<>();
        for (Refusal.Cause cause : conflicts) {
            byOwner.computeIfAbsent(
                            cause.message().replace("conflict with", "conflicts with"), owner -> new ArrayList<>())
                    .add("- " + cause.field());
        }
        List<String> lines = new ArrayList<>();
        byOwner.forEach((owner, fields) -> {
            lines.add(owner + ":");
            lines.addAll(fields);
        });
        return String.join("\n", lines);
    }

    static JsonNode merge(JsonNode live, JsonNode applied, Shape shape) {
        if (Elements.isLeaf(live, shape) || Elements.isLeaf(applied, shape)) return applied.deepCopy();
        SequencedMap<String, JsonNode> elements = new LinkedHashMap<>(Elements.of(live, shape));
        Elements.of(applied, shape).forEach((name, value) -> {
            JsonNode old = elements.get(name);
            elements.put(name, old == null ? value.deepCopy() : merge(old, value, Elements.shapeOf(name, shape)));
        });
        return Elements.join(elements, shape);
    }

    private static JsonNode remove(JsonNode value, FieldSet gone, Shape shape) {
        if (gone.children().isEmpty() || Elements.isLeaf(value, shape)) return value;
        SequencedMap<String, JsonNode> elements = new LinkedHashMap<>(Elements.of(value, shape));
        gone.children().forEach((name, below) -> {
            JsonNode element = elements.get(name);
            if (element == null) return;
            JsonNode rest = remove(element, below, Elements.shapeOf(name, shape));
            boolean emptied = rest.isContainerNode() && rest.isEmpty() && !element.isEmpty();
            boolean whole = below.member() && (below.children().isEmpty() || name.startsWith("k:"));
            if (whole || emptied) {
                elements.remove(name);
            } else {
                elements.put(name, rest);
            }
        });
        return Elements.join(elements, shape);
    }
}
