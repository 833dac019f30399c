package dev.quorate.e2e.kube.table;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.quorate.e2e.kube.model.Json;
import dev.quorate.e2e.kube.model.Kind;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The columns of built-in kinds, as kubectl users know them. */
final class BuiltInColumns {
    private static final Column AGE = Column.age("Age", "metadata.creationTimestamp");
    private static final Map<String, String> ACCESS_MODES =
            Map.of("ReadWriteOnce", "RWO", "ReadOnlyMany", "ROX", "ReadWriteMany", "RWX", "ReadWriteOncePod", "RWOP");

    private BuiltInColumns() {}

    static List<Column> of(Kind kind) {
        return switch (kind.kind()) {
            case "Pod" ->
                List.of(
                        Column.text("Ready", BuiltInColumns::readyContainers),
                        Column.text("Status", BuiltInColumns::podStatus),
                        Column.text("Restarts", BuiltInColumns::restarts),
                        AGE,
                        text("IP", "status.podIP").wide(),
                        text("Node", "spec.nodeName").wide());
            case "Node" ->
                List.of(
                        Column.text("Status", BuiltInColumns::nodeStatus),
                        Column.text("Roles", node -> "<none>"),
                        AGE,
                        text("Version", "status.nodeInfo.kubeletVersion"));
            case "StatefulSet", "Deployment" ->
                List.of(
                        Column.text(
                                "Ready",
                                set -> number(set, "status.readyReplicas") + "/" + number(set, "spec.replicas")),
                        AGE,
                        Column.text("Images", set -> images(Json.at(set, "spec.template.spec.containers")))
                                .wide());
            case "Service" ->
                List.of(
                        text("Type", "spec.type"),
                        text("Cluster-IP", "spec.clusterIP"),
                        Column.text("External-IP", service -> "<none>"),
                        Column.text("Port(s)", BuiltInColumns::ports),
                        AGE);
            case "PersistentVolumeClaim" ->
                List.of(
                        text("Status", "status.phase"),
                        Column.path("Volume", "spec.volumeName"),
                        Column.path("Capacity", "status.capacity.storage"),
                        Column.text("Access Modes", claim -> modes(Json.at(claim, "status.accessModes"))),
                        Column.path("StorageClass", "spec.storageClassName"),
                        AGE);
            case "PersistentVolume" ->
                List.of(
                        Column.path("Capacity", "spec.capacity.storage"),
                        Column.text("Access Modes", volume -> modes(Json.at(volume, "spec.accessModes"))),
                        Column.path("Reclaim Policy", "spec.persistentVolumeReclaimPolicy"),
                        Column.path("Status", "status.phase"),
                        Column.text("Claim", BuiltInColumns::claim),
                        Column.path("StorageClass", "spec.storageClassName"),
                        AGE);
            case "PodDisruptionBudget" ->
                List.of(
                        text("Min Available", "spec.minAvailable", "N/A"),
                        text("Max Unavailable", "spec.maxUnavailable", "N/A"),
                        text("Allowed Disruptions", "status.disruptionsAllowed", "0"),
                        AGE);
            case "Event" ->
                List.of(
                        Column.age("Last Seen", BuiltInColumns::lastSeen),
                        Column.path("Type", "type"),
                        Column.path("Reason", "reason"),
                        Column.text("Object", BuiltInColumns::eventObject),
                        Column.path("Message", kind.group().isEmpty() ? "message" : "note"));
            default -> plain(kind);
        };
    }

    /** The columns of kinds that hold something rather than run it. */
    private static List<Column> plain(Kind kind) {
        return switch (kind.kind()) {
            case "Namespace" -> List.of(text("Status", "status.phase"), AGE);
            case "CustomResourceDefinition" -> List.of(Column.path("Created At", "metadata.creationTimestamp"));
            case "ConfigMap" -> List.of(count("Data", "data"), AGE);
            case "Secret" -> List.of(Column.path("Type", "type"), count("Data", "data"), AGE);
            case "Lease" -> List.of(Column.path("Holder", "spec.holderIdentity"), AGE);
            case "StorageClass" -> List.of(Column.path("Provisioner", "provisioner"), AGE);
            case "Endpoints" -> List.of(Column.text("Endpoints", BuiltInColumns::endpoints), AGE);
            case "ControllerRevision" ->
                List.of(
                        Column.text("Controller", BuiltInColumns::controller),
                        Column.path("Revision", "revision"),
                        AGE);
            default -> List.of(AGE);
        };
    }

    private static Column text(String name, String path) {
        return text(name, path, "<none>");
    }

    private static Column text(String name, String path, String absent) {
        return Column.text(name, object -> Json.at(object, path).asText(absent));
    }

    private static Column count(String name, String path) {
        return Column.text(name, object -> String.valueOf(Json.at(object, path).size()));
    }

    private static long number(ObjectNode object, String path) {
        return Json.at(object, path).asLong(0);
    }

    /** Which field says when depends on the form in which the event was written. */
    private static JsonNode lastSeen(ObjectNode event) {
        return Stream.of("series.lastObservedTime", "lastTimestamp", "deprecatedLastTimestamp", "eventTime")
                .map(path -> Json.at(event, path))
                .filter(JsonNode::isTextual)
                .findFirst()
                .orElse(Json.at(event, "metadata.creationTimestamp"));
    }

    private static String readyContainers(ObjectNode pod) {
        long ready = Json.at(pod, "status.containerStatuses")
                .valueStream()
                .filter(container -> container.path("ready").asBoolean())
                .count();
        return ready + "/" + Json.at(pod, "spec.containers").size();
    }

    private static String podStatus(ObjectNode pod) {
        if (pod.path("metadata").has("deletionTimestamp")) return "Terminating";
        for (JsonNode container : Json.at(pod, "status.containerStatuses")) {
            for (String state : List.of("state.waiting.reason", "state.terminated.reason")) {
                String reason = Json.textAt(container, state);
                if (!reason.isEmpty()) return reason;
            }
        }
        String reason = Json.textAt(pod, "status.reason");
        return reason.isEmpty() ? Json.textAt(pod, "status.phase") : reason;
    }

    private static String restarts(ObjectNode pod) {
        long restarts = Json.at(pod, "status.containerStatuses")
                .valueStream()
                .mapToLong(container -> container.path("restartCount").asLong())
                .sum();
        return String.valueOf(restarts);
    }

    private static String nodeStatus(ObjectNode node) {
        List<String> words = new ArrayList<>();
        for (JsonNode condition : Json.at(node, "status.conditions")) {
            if (!condition.path("type").asText().equals("Ready")) continue;
            words.add(condition.path("status").asText().equals("True") ? "Ready" : "NotReady");
        }
        if (words.isEmpty()) words.add("Unknown");
        if (Json.at(node, "spec.unschedulable").asBoolean()) words.add("SchedulingDisabled");
        return String.join(",", words);
    }

    private static String images(JsonNode containers) {
        return containers
                .valueStream()
                .map(container -> container.path("image").asText())
                .collect(Collectors.joining(","));
    }

    private static String ports(ObjectNode service) {
        String ports = Json.at(service, "spec.ports")
                .valueStream()
                .map(port ->
                        port.path("port").asText() + "/" + port.path("protocol").asText("TCP"))
                .collect(Collectors.joining(","));
        return ports.isEmpty() ? "<none>" : ports;
    }

    private static String modes(JsonNode modes) {
        return modes.valueStream()
                .map(mode -> ACCESS_MODES.getOrDefault(mode.asText(), mode.asText()))
                .collect(Collectors.joining(","));
    }

    private static String claim(ObjectNode volume) {
        JsonNode claim = Json.at(volume, "spec.claimRef");
        return claim.isMissingNode()
                ? ""
                : claim.path("namespace").asText() + "/" + claim.path("name").asText();
    }

    private static String eventObject(ObjectNode event) {
        JsonNode about = event.has("regarding") ? event.get("regarding") : event.path("involvedObject");
        return about.path("kind").asText().toLowerCase(Locale.ROOT) + "/"
                + about.path("name").asText();
    }

    private static String endpoints(ObjectNode endpoints) {
        List<String> addresses = new ArrayList<>();
        for (JsonNode subset : endpoints.path("subsets")) {
            for (JsonNode address : subset.path("addresses")) {
                for (JsonNode port : subset.path("ports")) {
                    addresses.add(address.path("ip").asText() + ":"
                            + port.path("port").asText());
                }
            }
        }
        return addresses.isEmpty() ? "<none>" : String.join(",", addresses);
    }

    private static String controller(ObjectNode revision) {
        JsonNode owner = Json.at(revision, "metadata.ownerReferences").path(0);
        return owner.path("kind").asText("<none>").toLowerCase(Locale.ROOT) + "/"
                + owner.path("name").asText();
    }
}
