package dev.quorate.e2e.kube.api;

import com.fasterxml.jackson.databind.JsonNode;
import dev.quorate.e2e.kube.model.Selectors;
import java.util.function.Predicate;

/** Which objects of a kind a list or a watch is about. */
record Filter(Predicate<JsonNode> wanted) {
    static Filter of(ApiRequest request, Target target) {
        Predicate<JsonNode> labels = Selectors.labels(request.parameter("labelSelector"));
        Predicate<JsonNode> fields = Selectors.fields(target.kind(), request.parameter("fieldSelector"));
        return new Filter(labels.and(fields));
    }

    boolean test(JsonNode object) {
        return wanted.test(object);
    }
}
