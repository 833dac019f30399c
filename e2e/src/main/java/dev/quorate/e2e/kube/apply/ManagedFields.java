package dev.quorate.e2e.kube.apply;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.quorate.e2e.kube.model.Json;
import dev.quorate.e2e.kube.model.Refusal;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Who owns which fields of one object: metadata.managedFields as a value. */
public record ManagedFields(List<Entry> entries) {
    /** Who writes, in which version and subresource, and when. */
    public record Writer(String manager, String apiVersion, String subresource, String time) {}

    /** One element of metadata.managedFields. */
    public record Entry(Writer writer, String operation, FieldSet fields) {
        boolean isBy(Writer other, String otherOperation) {
            return writer.manager().equals(other.manager())
                    && operation.equals(otherOperation)
                    && writer.subresource().equals(other.subresource())
                    && writer.apiVersion().equals(other.apiVersion());
        }
    }

    /** The fields of other managers that a change would take, and what is left to everybody when it takes them. */
    public record Split(List<Refusal.Cause> conflicts, ManagedFields rest) {}

    private static final List<List<String>> IDENTITY = List.of(
            List.of("f:apiVersion"),
            List.of("f:kind"),
            List.of("f:metadata", "f:name"),
            List.of("f:metadata", "f:namespace"),
            List.of("f:metadata", "f:generateName"),
            List.of("f:metadata", "f:creationTimestamp"),
            List.of("f:metadata", "f:deletionTimestamp"),
            List.of("f:metadata", "f:deletionGracePeriodSeconds"),
            List.of("f:metadata", "f:selfLink"),
            List.of("f:metadata", "f:uid"),
            List.of("f:metadata", "f:generation"),
            List.of("f:metadata", "f:managedFields"),
            List.of("f:metadata", "f:resourceVersion"));

    public static ManagedFields of(JsonNode object) {
        List<Entry> entries = new ArrayList<>();
        for (JsonNode entry : Json.at(object, "metadata.managedFields")) {
            Writer writer = new Writer(
                    entry.path("manager").asText(),
                    entry.path("apiVersion").asText(),
                    entry.path("subresource").asText(""),
                    entry.path("time").asText());
            entries.add(new Entry(writer, entry.path("operation").asText(), FieldSet.read(entry.path("fieldsV1"))));
        }
        return new ManagedFields(entries);
    }

    /** Books the difference between two objects on the manager that made it by a create, an update or a patch. */
    public ObjectNode track(ObjectNode before, ObjectNode after, Shape shape, Writer writer) {
        FieldSet changed = withoutIdentity(FieldSet.changed(before, after, shape));
        FieldSet there = FieldSet.of(after, shape);
        List<Entry> rest = new ArrayList<>();
        for (Entry entry : entries) {
            rest.add(new Entry(entry.writer, entry.operation, entry.fields.minus(changed)));
        }
        FieldSet mine = of(writer, "Update").plus(changed).and(membersOf(there));
        ManagedFields booked = new ManagedFields(rest);
        if (changed.isEmpty()) return writeTo(after);
        return booked.with(writer, "Update", mine).writeTo(after);
    }

    /** Every node of the tree as a member, so that an intersection keeps exactly what is there. */
    private static FieldSet membersOf(FieldSet set) {
        Map<String, FieldSet> children = new TreeMap<>();
        set.children().forEach((name, child) -> children.put(name, membersOf(child)));
        return new FieldSet(true, children);
    }

    static FieldSet withoutIdentity(FieldSet fields) {
        FieldSet rest = fields;
        for (List<String> path : IDENTITY) rest = rest.without(path);
        FieldSet metadata = rest.child("f:metadata");
        return metadata.children().isEmpty() ? rest.without(List.of("f:metadata")) : rest;
    }

    FieldSet of(Writer writer, String operation) {
        return entries.stream()
                .filter(entry -> entry.isBy(writer, operation))
                .map(Entry::fields)
                .reduce(FieldSet.EMPTY, FieldSet::plus);
    }

    FieldSet allBut(Writer writer, String operation) {
        return entries.stream()
                .filter(entry -> !entry.isBy(writer, operation))
                .map(Entry::fields)
                .reduce(FieldSet.EMPTY, FieldSet::plus);
    }

    Split conflicts(Writer writer, FieldSet changed) {
        List<Refusal.Cause> conflicts = new ArrayList<>();
        List<Entry> rest = new ArrayList<>();
        for (Entry entry : entries) {
            if (entry.isBy(writer, "Apply")) {
                rest.add(entry);
                continue;
            }
            String owner = owner(entry);
            paths(entry.fields.and(changed), "", conflicts, "conflict with " + owner);
            rest.add(new Entry(entry.writer, entry.operation, entry.fields.minus(changed)));
        }
        return new Split(conflicts, new ManagedFields(rest));
    }

    private static String owner(Entry entry) {
        String subresource = entry.writer.subresource();
        String using = entry.operation.equals("Update") ? " using " + entry.writer.apiVersion() : "";
        return "\"" + entry.writer.manager() + "\""
                + (subresource.isEmpty() ? "" : " with subresource \"" + subresource + "\"") + using;
    }

    private static void paths(FieldSet set, String path, List<Refusal.Cause> causes, String message) {
        if (set.member()) causes.add(new Refusal.Cause("FieldManagerConflict", message, path));
        set.children().forEach((name, child) -> paths(child, path + spoken(name), causes, message));
    }

    /** {@code f:a} is .a, {@code k:{"name":"x"}} is [name="x"], {@code v:"x"} is [="x"]. */
    private static String spoken(String element) {
        String rest = element.substring(2);
        if (element.startsWith("f:")) return "." + rest;
        if (element.startsWith("v:")) return "[=" + rest + "]";
        List<String> keys = new ArrayList<>();
        Json.parse(rest).properties().forEach(key -> keys.add(key.getKey() + "=" + Json.text(key.getValue())));
        return "[" + String.join(",", keys) + "]";
    }

    /** The owners with one manager's set replaced; an entry that says the same keeps its time. */
    ManagedFields with(Writer writer, String operation, FieldSet fields) {
        List<Entry> next = new ArrayList<>();
        Entry mine = new Entry(writer, operation, fields);
        for (Entry entry : entries) {
            if (!entry.isBy(writer, operation)) next.add(entry);
            else if (entry.fields.equals(fields)) mine = entry;
        }
        next.add(mine);
        return new ManagedFields(next);
    }

    ObjectNode writeTo(ObjectNode object) {
        ArrayNode array = Json.metadata(object).putArray("managedFields");
        for (Entry entry : entries) {
            if (entry.fields.isEmpty()) continue;
            ObjectNode written = array.addObject()
                    .put("manager", entry.writer.manager())
                    .put("operation", entry.operation)
                    .put("apiVersion", entry.writer.apiVersion())
                    .put("time", entry.writer.time())
                    .put("fieldsType", "FieldsV1");
            written.set("fieldsV1", entry.fields.write());
            if (!entry.writer.subresource().isEmpty()) written.put("subresource", entry.writer.subresource());
        }
        return object;
    }
}
