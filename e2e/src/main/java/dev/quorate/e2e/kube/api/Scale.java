package dev.quorate.e2e.kube.api;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.IntNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.quorate.e2e.kube.model.Json;
import dev.quorate.e2e.kube.model.Kind;
import dev.quorate.e2e.kube.model.Refusal;
import java.util.ArrayList;
import java.util.List;

/** The scale subresource: an autoscaling/v1 Scale read from an object and written back to it. */
final class Scale {
    private Scale() {}

    static ObjectNode of(Kind kind, ObjectNode object) {
        ObjectNode scale = Json.object().put("kind", "Scale").put("apiVersion", "autoscaling/v1");
        ObjectNode metadata = scale.putObject("metadata");
        for (String field : List.of("name", "namespace", "uid", "resourceVersion", "creationTimestamp")) {
            JsonNode value = object.path("metadata").path(field);
            if (!value.isMissingNode()) metadata.set(field, value);
        }
        scale.putObject("spec")
                .put("replicas", at(kind, object, "specReplicasPath").asInt(0));
        ObjectNode status = scale.putObject("status")
                .put("replicas", at(kind, object, "statusReplicasPath").asInt(0));
        String selector = kind.isCustom()
                ? at(kind, object, "labelSelectorPath").asText("")
                : labels(Json.at(object, "spec.selector.matchLabels"));
        if (!selector.isEmpty()) status.put("selector", selector);
        return scale;
    }

    static ObjectNode write(Kind kind, ObjectNode object, ObjectNode scale) {
        JsonNode replicas = Json.at(scale, "spec.replicas");
        if (!replicas.isMissingNode() && (!replicas.canConvertToInt() || replicas.asInt() < 0)) {
            throw Refusal.badRequest("Scale.spec.replicas: must be a number that is at least 0");
        }
        Json.put(object, kind.scale().path("specReplicasPath").asText(), IntNode.valueOf(replicas.asInt(0)));
        String version = Json.textAt(scale, "metadata.resourceVersion");
        if (!version.isEmpty()) Json.metadata(object).put("resourceVersion", version);
        return object;
    }

    private static JsonNode at(Kind kind, ObjectNode object, String path) {
        String where = kind.scale().path(path).asText("");
        return where.isEmpty() ? kind.scale().path("absent") : Json.at(object, where);
    }

    private static String labels(JsonNode matchLabels) {
        List<String> parts = new ArrayList<>();
        matchLabels
                .properties()
                .forEach(label ->
                        parts.add(label.getKey() + "=" + label.getValue().asText()));
        return String.join(",", parts);
    }
}
