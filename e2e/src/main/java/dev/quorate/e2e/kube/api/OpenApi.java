package dev.quorate.e2e.kube.api;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.quorate.e2e.kube.model.Json;
import dev.quorate.e2e.kube.model.Kind;
import dev.quorate.e2e.kube.model.Kinds;
import java.util.List;

/** The OpenAPI v3 documents, one for each group and version: what kubectl explains and validates with. */
final class OpenApi {
    private final Kinds kinds;

    OpenApi(Kinds kinds) {
        this.kinds = kinds;
    }

    Reply answer(List<String> path) {
        if (path.size() < 2 || !path.get(1).equals("v3")) throw Target.unknownPath();
        if (path.size() == 2) return Reply.json(index());
        List<String> rest = path.subList(2, path.size());
        boolean core = rest.getFirst().equals("api") && rest.size() == 2;
        if (!core && rest.size() != 3) throw Target.unknownPath();
        return Reply.json(document(core ? "" : rest.get(1), rest.getLast()));
    }

    private ObjectNode index() {
        ObjectNode index = Json.object();
        ObjectNode paths = index.putObject("paths");
        kinds.groups().forEach((group, versions) -> {
            for (String version : versions) {
                String path = group.isEmpty() ? "api/" + version : "apis/" + group + "/" + version;
                paths.putObject(path).put("serverRelativeURL", "/openapi/v3/" + path);
            }
        });
        return index;
    }

    private ObjectNode document(String group, String version) {
        ObjectNode document = Json.object().put("openapi", "3.0.0");
        document.putObject("info").put("title", "LocalKube").put("version", "v1.36.0");
        ObjectNode paths = document.putObject("paths");
        ObjectNode schemas = document.putObject("components").putObject("schemas");
        for (Kind kind : kinds.all()) {
            if (!kind.group().equals(group) || !kind.version().equals(version)) continue;
            String name = group.isEmpty() ? "io.k8s.api.core." + version : group + "." + version;
            String schema = name + "." + kind.kind();
            schemas.set(schema, schema(kind));
            ObjectNode path = paths.putObject(path(kind));
            path.set("get", operation(kind, "get", schema));
            path.set("patch", operation(kind, "patch", schema));
            path.set("put", operation(kind, "put", schema));
        }
        return document;
    }

    private static String path(Kind kind) {
        return (kind.group().isEmpty() ? "/api/" : "/apis/") + kind.apiVersion() + "/"
                + (kind.namespaced() ? "namespaces/{namespace}/" : "") + kind.plural() + "/{name}";
    }

    private static ObjectNode operation(Kind kind, String action, String schema) {
        ObjectNode operation = Json.object().put("x-kubernetes-action", action);
        if (!action.equals("get")) {
            for (String name : List.of("dryRun", "fieldManager", "fieldValidation", "force")) {
                operation
                        .withArray("parameters")
                        .addObject()
                        .put("name", name)
                        .put("in", "query")
                        .putObject("schema")
                        .put("type", "string");
            }
        }
        operation
                .putObject("responses")
                .putObject("200")
                .put("description", "OK")
                .putObject("content")
                .putObject("application/json")
                .putObject("schema")
                .put("$ref", "#/components/schemas/" + schema);
        operation.set("x-kubernetes-group-version-kind", identity(kind));
        return operation;
    }

    private static ObjectNode schema(Kind kind) {
        JsonNode own = kind.schema();
        ObjectNode schema = own instanceof ObjectNode object ? object.deepCopy() : Json.object();
        schema.put("type", "object");
        if (!kind.isCustom()) schema.put("x-kubernetes-preserve-unknown-fields", true);
        ObjectNode properties = Json.child(schema, "properties");
        text(properties, "apiVersion", "The version of this representation of the object.");
        text(properties, "kind", "The name of the kind of the object.");
        properties
                .putObject("metadata")
                .put("type", "object")
                .put("description", "Name, labels, annotations and what the server knows about the object.")
                .put("x-kubernetes-preserve-unknown-fields", true);
        schema.putArray("x-kubernetes-group-version-kind").add(identity(kind));
        return schema;
    }

    private static void text(ObjectNode properties, String name, String description) {
        properties.putObject(name).put("type", "string").put("description", description);
    }

    private static ObjectNode identity(Kind kind) {
        return Json.object()
                .put("group", kind.group())
                .put("version", kind.version())
                .put("kind", kind.kind());
    }
}
