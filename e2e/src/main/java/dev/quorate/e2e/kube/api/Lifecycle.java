package dev.quorate.e2e.kube.api;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.quorate.e2e.kube.model.Json;
import dev.quorate.e2e.kube.model.Kind;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/** What an object goes through between its creation and its end: identity, generation, deletion. Pure. */
final class Lifecycle {
    private static final List<String> SERVERS_OWN = List.of(
            "uid", "creationTimestamp", "deletionTimestamp", "deletionGracePeriodSeconds", "generation", "namespace");
    private static final Set<String> WITH_GENERATION = Set.of(
            "StatefulSet",
            "Deployment",
            "PodDisruptionBudget",
            "Pod",
            "NetworkPolicy",
            "Job",
            "CustomResourceDefinition");
    private static final long DEFAULT_GRACE_SECONDS = 30;

    private Lifecycle() {}

    /** Gives a new object its identity and takes away what only the server or the status subresource may write. */
    static void born(Kind kind, ObjectNode object, String uid, Instant now) {
        ObjectNode metadata = Json.metadata(object);
        metadata.remove(List.of("resourceVersion", "deletionTimestamp", "deletionGracePeriodSeconds", "selfLink"));
        metadata.put("uid", uid).put("creationTimestamp", time(now));
        if (hasGeneration(kind)) metadata.put("generation", 1);
        else metadata.remove("generation");
        if (kind.has("status")) object.remove("status");
    }

    /** Keeps of the object before what this kind of write may not touch. */
    static void changed(Kind kind, ObjectNode before, ObjectNode after, String subresource) {
        if (subresource.equals("status")) {
            JsonNode status = after.path("status");
            JsonNode managed = Json.at(after, "metadata.managedFields");
            ObjectNode offered = Json.metadata(after).deepCopy();
            after.removeAll();
            after.setAll(before.deepCopy());
            if (!status.isMissingNode()) after.set("status", status);
            else after.remove("status");
            ObjectNode metadata = Json.metadata(after);
            if (!managed.isMissingNode()) metadata.set("managedFields", managed);
            // The status of built-in kinds may carry labels, annotations and finalizers along; that of custom ones not.
            if (!kind.isCustom()) {
                for (String field : List.of("labels", "annotations", "finalizers")) keep(offered, metadata, field);
            }
        } else if (kind.has("status")) {
            keep(before, after, "status");
        }
        for (String field : SERVERS_OWN) keep(Json.metadata(before), Json.metadata(after), field);
    }

    /** Counts the generation up when the finished object wants something else than the one before. */
    static void counted(Kind kind, ObjectNode before, ObjectNode after) {
        if (hasGeneration(kind) && !Json.same(wanted(kind, before), wanted(kind, after))) {
            Json.metadata(after)
                    .put("generation", Json.at(before, "metadata.generation").asLong(1) + 1);
        }
    }

    /** How a delete ends: the object is gone, or it stays and is marked. */
    sealed interface End {
        record Gone() implements End {}

        record Marked(ObjectNode object) implements End {}
    }

    static End deleted(Kind kind, ObjectNode live, JsonNode options, Instant now) {
        ObjectNode marked = live.deepCopy();
        ObjectNode metadata = Json.metadata(marked);
        finalizers(metadata, options.path("propagationPolicy").asText(""));
        long grace = graceSeconds(kind, live, options);
        boolean again = metadata.has("deletionTimestamp");
        long before = metadata.path("deletionGracePeriodSeconds").asLong(0);
        if (again) grace = Math.min(grace, before);
        if (grace == 0 && metadata.path("finalizers").isEmpty()) return new End.Gone();
        if (!again || grace < before) {
            metadata.put("deletionTimestamp", time(now.plusSeconds(grace))).put("deletionGracePeriodSeconds", grace);
            if (hasGeneration(kind)) {
                metadata.put("generation", metadata.path("generation").asLong(1) + 1);
            }
        }
        return new End.Marked(marked);
    }

    /** The object was only waiting for its finalizers, and the last one is gone. */
    static boolean isOver(ObjectNode object) {
        JsonNode metadata = object.path("metadata");
        return metadata.has("deletionTimestamp")
                && metadata.path("finalizers").isEmpty()
                && metadata.path("deletionGracePeriodSeconds").asLong(0) == 0;
    }

    private static long graceSeconds(Kind kind, ObjectNode live, JsonNode options) {
        if (!kind.is("Pod")) return 0;
        boolean runs = !Json.textAt(live, "spec.nodeName").isEmpty()
                && !List.of("Succeeded", "Failed").contains(Json.textAt(live, "status.phase"));
        if (!runs) return 0;
        long own = Json.at(live, "spec.terminationGracePeriodSeconds").asLong(DEFAULT_GRACE_SECONDS);
        return Math.max(0, options.path("gracePeriodSeconds").asLong(own));
    }

    private static void finalizers(ObjectNode metadata, String policy) {
        if (policy.isEmpty()) return;
        Set<String> finalizers = new TreeSet<>();
        metadata.path("finalizers").forEach(finalizer -> finalizers.add(finalizer.asText()));
        finalizers.removeAll(List.of("foregroundDeletion", "orphan"));
        if (policy.equals("Foreground")) finalizers.add("foregroundDeletion");
        if (policy.equals("Orphan")) finalizers.add("orphan");
        ArrayNode array = metadata.putArray("finalizers");
        finalizers.forEach(array::add);
        if (array.isEmpty()) metadata.remove("finalizers");
    }

    private static boolean hasGeneration(Kind kind) {
        return kind.isCustom() || WITH_GENERATION.contains(kind.kind());
    }

    private static ObjectNode wanted(Kind kind, ObjectNode object) {
        ObjectNode wanted = object.deepCopy();
        wanted.remove("metadata");
        if (kind.has("status")) wanted.remove("status");
        return wanted;
    }

    private static void keep(ObjectNode before, ObjectNode after, String field) {
        if (before.has(field)) after.set(field, before.get(field));
        else after.remove(field);
    }

    static String time(Instant now) {
        return now.truncatedTo(ChronoUnit.SECONDS).toString();
    }
}
