package dev.quorate.e2e.kube.schema;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.quorate.e2e.kube.model.Refusal.Cause;
import java.util.List;

/** x-kubernetes-validations. */
final class CelRules {
    private CelRules() {}

    static List<Cause> check(JsonNode schema, ObjectNode object, JsonNode before) {
        return List.of();
    }
}
