package dev.quorate.e2e.kube.schema;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.quorate.e2e.kube.model.Json;
import dev.quorate.e2e.kube.model.Kind;
import dev.quorate.e2e.kube.model.Refusal;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/** The few defaults and immutable fields of built-in kinds that clients and controllers rely on. */
final class BuiltInRules {
    private static final String POD_SPEC = """
            {"restartPolicy": "Always", "dnsPolicy": "ClusterFirst", "schedulerName": "default-scheduler",
             "terminationGracePeriodSeconds": 30, "securityContext": {}, "enableServiceLinks": true}""";
    private static final String CLAIM =
            "{\"spec\": {\"volumeMode\": \"Filesystem\"}, \"status\": {\"phase\": \"Pending\"}}";
    private static final Map<String, String> DEFAULTS = Map.of(
            "Pod",
            "{\"spec\": " + POD_SPEC + ", \"status\": {\"phase\": \"Pending\"}}",
            "StatefulSet",
            """
            {"spec": {"replicas": 1, "podManagementPolicy": "OrderedReady", "revisionHistoryLimit": 10,
              "updateStrategy": {"type": "RollingUpdate"},
              "persistentVolumeClaimRetentionPolicy": {"whenDeleted": "Retain", "whenScaled": "Retain"},
              "template": {"spec": %s}}, "status": {"replicas": 0}}""".formatted(POD_SPEC),
            "Deployment",
            "{\"spec\": {\"replicas\": 1, \"template\": {\"spec\": " + POD_SPEC + "}}}",
            "Service",
            "{\"spec\": {\"type\": \"ClusterIP\", \"sessionAffinity\": \"None\"}, \"status\": {\"loadBalancer\": {}}}",
            "Namespace",
            "{\"spec\": {\"finalizers\": [\"kubernetes\"]}, \"status\": {\"phase\": \"Active\"}}",
            "PersistentVolumeClaim",
            CLAIM,
            "PersistentVolume",
            "{\"spec\": {\"persistentVolumeReclaimPolicy\": \"Retain\"}, \"status\": {\"phase\": \"Available\"}}",
            "Secret",
            "{\"type\": \"Opaque\"}");
    private static final Set<String> CHANGEABLE_IN_SETS = Set.of(
            "replicas",
            "ordinals",
            "template",
            "updateStrategy",
            "revisionHistoryLimit",
            "persistentVolumeClaimRetentionPolicy",
            "minReadySeconds");

    private BuiltInRules() {}

    static void fillDefaults(Kind kind, ObjectNode object) {
        String defaults = DEFAULTS.get(kind.kind());
        if (defaults != null) fill(object, (ObjectNode) Json.parse(defaults));
        switch (kind.kind()) {
            case "Pod" -> containers(object.path("spec"));
            case "StatefulSet" -> {
                containers(Json.at(object, "spec.template.spec"));
                for (JsonNode claim : Json.at(object, "spec.volumeClaimTemplates")) {
                    ((ObjectNode) claim).put("apiVersion", "v1").put("kind", "PersistentVolumeClaim");
                    fill((ObjectNode) claim, (ObjectNode) Json.parse(CLAIM));
                }
            }
            case "Deployment" -> containers(Json.at(object, "spec.template.spec"));
            case "Service" ->
                Json.at(object, "spec.ports").forEach(port -> {
                    fill((ObjectNode) port, Json.object().put("protocol", "TCP"));
                    if (!port.has("targetPort")) ((ObjectNode) port).set("targetPort", port.path("port"));
                });
            case "Secret" -> encodeTexts(object);
            case "CustomResourceDefinition" -> establish(object);
            default -> {}
        }
    }

    private static void fill(ObjectNode object, ObjectNode defaults) {
        defaults.properties().forEach(field -> {
            JsonNode there = object.path(field.getKey());
            if (there.isMissingNode() || there.isNull()) object.set(field.getKey(), field.getValue());
            else if (there instanceof ObjectNode inside && field.getValue() instanceof ObjectNode more) {
                fill(inside, more);
            }
        });
    }

    private static void containers(JsonNode podSpec) {
        for (String list : List.of("initContainers", "containers")) {
            for (JsonNode container : podSpec.path(list)) {
                if (!(container instanceof ObjectNode object)) continue;
                boolean moving = !object.path("image").asText("").contains(":")
                        || object.path("image").asText().endsWith(":latest");
                fill(object, (ObjectNode) Json.parse("""
                        {"imagePullPolicy": "%s", "resources": {}, "terminationMessagePath": "/dev/termination-log",
                         "terminationMessagePolicy": "File"}""".formatted(moving ? "Always" : "IfNotPresent")));
                for (JsonNode port : object.path("ports")) {
                    fill((ObjectNode) port, Json.object().put("protocol", "TCP"));
                }
                for (String probe : List.of("livenessProbe", "readinessProbe", "startupProbe")) {
                    if (object.path(probe) instanceof ObjectNode there) fill(there, (ObjectNode) Json.parse("""
                            {"timeoutSeconds": 1, "periodSeconds": 10, "successThreshold": 1, "failureThreshold": 3}"""));
                }
            }
        }
    }

    private static void encodeTexts(ObjectNode secret) {
        if (!(secret.remove("stringData") instanceof ObjectNode texts)) return;
        ObjectNode encoded = Json.child(secret, "data");
        texts.properties()
                .forEach(text -> encoded.put(
                        text.getKey(),
                        Base64.getEncoder()
                                .encodeToString(text.getValue().asText().getBytes(StandardCharsets.UTF_8))));
    }

    /** A definition is served as soon as it is stored. */
    private static void establish(ObjectNode definition) {
        ObjectNode names = Json.child(Json.child(definition, "spec"), "names");
        String kind = names.path("kind").asText();
        if (!names.has("singular")) names.put("singular", kind.toLowerCase(Locale.ROOT));
        if (!names.has("listKind")) names.put("listKind", kind + "List");
        ObjectNode status = Json.child(definition, "status");
        status.set("acceptedNames", names.deepCopy());
        ArrayNode stored = status.putArray("storedVersions");
        Json.at(definition, "spec.versions").forEach(version -> {
            if (version.path("storage").asBoolean())
                stored.add(version.path("name").asText());
        });
        if (status.has("conditions")) return;
        ArrayNode conditions = status.putArray("conditions");
        for (String type : List.of("NamesAccepted", "Established")) {
            conditions
                    .addObject()
                    .put("type", type)
                    .put("status", "True")
                    .put(
                            "lastTransitionTime",
                            Instant.now().truncatedTo(ChronoUnit.SECONDS).toString())
                    .put("reason", type.equals("Established") ? "InitialNamesAccepted" : "NoConflicts")
                    .put(
                            "message",
                            type.equals("Established") ? "the initial names have been accepted" : "no conflicts found");
        }
    }

    /** A stand-in for the many checks of pods that a real API server has: it refuses at least something. */
    static List<Refusal.Cause> problems(Kind kind, ObjectNode object) {
        String spec = kind.is("Pod") ? "spec" : "spec.template.spec";
        List<Refusal.Cause> causes = new ArrayList<>();
        int index = 0;
        for (JsonNode toleration : Json.at(object, spec + ".tolerations")) {
            String operator = toleration.path("operator").asText("Equal");
            if (!List.of("Equal", "Exists").contains(operator)) {
                String message =
                        "Unsupported value: \"%s\": supported values: \"Equal\", \"Exists\"".formatted(operator);
                String field = "%s.tolerations[%d].operator".formatted(spec, index);
                causes.add(new Refusal.Cause("FieldValueNotSupported", message, field));
            }
            index++;
        }
        return causes;
    }

    static List<Refusal.Cause> change(Kind kind, ObjectNode before, ObjectNode after) {
        List<Refusal.Cause> causes = new ArrayList<>();
        if (kind.is("StatefulSet") && differsBeyond(before.path("spec"), after.path("spec"), CHANGEABLE_IN_SETS)) {
            causes.add(new Refusal.Cause(
                    "FieldValueForbidden",
                    "Forbidden: updates to statefulset spec for fields other than 'replicas', 'ordinals', 'template', "
                            + "'updateStrategy', 'revisionHistoryLimit', 'persistentVolumeClaimRetentionPolicy' "
                            + "and 'minReadySeconds' are forbidden",
                    "spec"));
        }
        return causes;
    }

    private static boolean differsBeyond(JsonNode before, JsonNode after, Set<String> changeable) {
        Set<String> fields = new TreeSet<>();
        before.fieldNames().forEachRemaining(fields::add);
        after.fieldNames().forEachRemaining(fields::add);
        fields.removeAll(changeable);
        return fields.stream().anyMatch(field -> !Json.same(before.path(field), after.path(field)));
    }
}
