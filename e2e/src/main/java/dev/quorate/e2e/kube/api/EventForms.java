package dev.quorate.e2e.kube.api;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.quorate.e2e.kube.model.Kind;
import java.util.Map;

/** The two forms of one event: v1 as it is stored, and events.k8s.io/v1, which only names some fields otherwise. */
final class EventForms {
    private static final Map<String, String> STORED_TO_SERVED = Map.of(
            "involvedObject", "regarding",
            "message", "note",
            "source", "deprecatedSource",
            "firstTimestamp", "deprecatedFirstTimestamp",
            "lastTimestamp", "deprecatedLastTimestamp",
            "count", "deprecatedCount",
            "reportingComponent", "reportingController");

    private EventForms() {}

    static ObjectNode served(Kind kind, ObjectNode object) {
        if (isNewForm(kind)) STORED_TO_SERVED.forEach((stored, served) -> rename(object, stored, served));
        return object;
    }

    static ObjectNode stored(Kind kind, ObjectNode object) {
        if (isNewForm(kind)) STORED_TO_SERVED.forEach((stored, served) -> rename(object, served, stored));
        return object;
    }

    private static boolean isNewForm(Kind kind) {
        return kind.group().equals("events.k8s.io");
    }

    private static void rename(ObjectNode object, String from, String to) {
        JsonNode value = object.remove(from);
        if (value != null) object.set(to, value);
    }
}
