package dev.quorate.e2e.kube.table;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.quorate.e2e.kube.model.Json;
import dev.quorate.e2e.kube.model.Kind;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/** The Table form of objects: what kubectl get prints. */
public final class Tables {
    private Tables() {}

    /** The objects as rows, which carry whole objects or only their metadata. */
    public static ObjectNode table(Kind kind, List<ObjectNode> objects, boolean whole) {
        return table(kind, objects, whole, Instant.now());
    }

    static ObjectNode table(Kind kind, List<ObjectNode> objects, boolean whole, Instant now) {
        ObjectNode table = Json.object().put("kind", "Table").put("apiVersion", "meta.k8s.io/v1");
        ObjectNode metadata = table.putObject("metadata");
        if (objects.size() == 1)
            metadata.set("resourceVersion", Json.at(objects.getFirst(), "metadata.resourceVersion"));
        List<Column> columns = columns(kind);
        ArrayNode definitions = table.putArray("columnDefinitions");
        for (Column column : columns) {
            definitions
                    .addObject()
                    .put("name", column.name())
                    .put("type", column.type())
                    .put("format", column.name().equals("Name") ? "name" : "")
                    .put("description", column.name())
                    .put("priority", column.priority());
        }
        ArrayNode rows = table.putArray("rows");
        for (ObjectNode object : objects) {
            ObjectNode row = rows.addObject();
            ArrayNode cells = row.putArray("cells");
            for (Column column : columns) cells.add(column.cell().of(object, now));
            row.set("object", whole ? object : partial(object));
        }
        return table;
    }

    private static ObjectNode partial(ObjectNode object) {
        ObjectNode partial = Json.object().put("kind", "PartialObjectMetadata").put("apiVersion", "meta.k8s.io/v1");
        partial.set("metadata", object.path("metadata"));
        return partial;
    }

    private static List<Column> columns(Kind kind) {
        List<Column> columns = new ArrayList<>();
        columns.add(Column.path("Name", "metadata.name"));
        if (!kind.isCustom()) {
            columns.addAll(BuiltInColumns.of(kind));
        } else if (kind.columns().isEmpty()) {
            columns.add(Column.age("Age", "metadata.creationTimestamp"));
        }
        for (JsonNode column : kind.columns()) columns.add(Column.of(column));
        return columns;
    }
}
