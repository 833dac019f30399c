package dev.quorate.e2e.kube.model;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;

/** All kinds that are served at the moment: the built-in ones and those of the CustomResourceDefinitions. */
public final class Kinds {
    private static final String DEFINITIONS = "apiextensions.k8s.io/v1";
    private static final List<Kind> BUILT_IN = List.of(
            Kind.builtIn("v1", "namespaces", "Namespace", false, "ns", "status finalize"),
            Kind.builtIn("v1", "pods", "Pod", true, "po", "status log binding eviction"),
            Kind.builtIn("v1", "nodes", "Node", false, "no", "status"),
            Kind.builtIn("v1", "services", "Service", true, "svc", "status"),
            Kind.builtIn("v1", "endpoints", "Endpoints", true, "ep", ""),
            Kind.builtIn("v1", "configmaps", "ConfigMap", true, "cm", ""),
            Kind.builtIn("v1", "secrets", "Secret", true, "", ""),
            Kind.builtIn("v1", "serviceaccounts", "ServiceAccount", true, "sa", ""),
            Kind.builtIn("v1", "persistentvolumeclaims", "PersistentVolumeClaim", true, "pvc", "status"),
            Kind.builtIn("v1", "persistentvolumes", "PersistentVolume", false, "pv", "status"),
            Kind.builtIn("v1", "events", "Event", true, "ev", ""),
            Kind.builtIn("apps/v1", "statefulsets", "StatefulSet", true, "sts", "status scale"),
            Kind.builtIn("apps/v1", "controllerrevisions", "ControllerRevision", true, "", ""),
            Kind.builtIn("apps/v1", "deployments", "Deployment", true, "deploy", "status scale"),
            Kind.builtIn("policy/v1", "poddisruptionbudgets", "PodDisruptionBudget", true, "pdb", "status"),
            Kind.builtIn("events.k8s.io/v1", "events", "Event", true, "ev", ""),
            Kind.builtIn("coordination.k8s.io/v1", "leases", "Lease", true, "", ""),
            Kind.builtIn("discovery.k8s.io/v1", "endpointslices", "EndpointSlice", true, "", ""),
            Kind.builtIn("rbac.authorization.k8s.io/v1", "roles", "Role", true, "", ""),
            Kind.builtIn("rbac.authorization.k8s.io/v1", "rolebindings", "RoleBinding", true, "", ""),
            Kind.builtIn("rbac.authorization.k8s.io/v1", "clusterroles", "ClusterRole", false, "", ""),
            Kind.builtIn("rbac.authorization.k8s.io/v1", "clusterrolebindings", "ClusterRoleBinding", false, "", ""),
            Kind.builtIn("storage.k8s.io/v1", "storageclasses", "StorageClass", false, "sc", ""),
            Kind.builtIn("networking.k8s.io/v1", "networkpolicies", "NetworkPolicy", true, "netpol", ""),
            Kind.builtIn("batch/v1", "jobs", "Job", true, "", "status"),
            Kind.builtIn("scheduling.k8s.io/v1", "priorityclasses", "PriorityClass", false, "pc", ""),
            Kind.builtIn(
                    DEFINITIONS, "customresourcedefinitions", "CustomResourceDefinition", false, "crd crds", "status"));

    private volatile Map<String, Kind> byPath = index(List.of());

    public static Kind definitions() {
        return BUILT_IN.getLast();
    }

    /** Serves exactly the built-in kinds and those of these CustomResourceDefinitions from now on. */
    public void serve(List<? extends JsonNode> definitions) {
        byPath = index(definitions);
    }

    public Optional<Kind> find(String group, String version, String plural) {
        return Optional.ofNullable(byPath.get(path(group, version, plural)));
    }

    public Kind require(String group, String version, String plural) {
        return find(group, version, plural).orElseThrow();
    }

    public List<Kind> all() {
        return List.copyOf(byPath.values());
    }

    /** Group to its versions, in the order of discovery. */
    public SequencedMap<String, List<String>> groups() {
        SequencedMap<String, List<String>> groups = new LinkedHashMap<>();
        for (Kind kind : byPath.values()) {
            List<String> versions = groups.computeIfAbsent(kind.group(), group -> new ArrayList<>());
            if (!versions.contains(kind.version())) versions.add(kind.version());
        }
        return groups;
    }

    /** The kinds that one CustomResourceDefinition defines, one for each served version. */
    public static List<Kind> of(JsonNode definition) {
        JsonNode spec = definition.path("spec");
        JsonNode names = spec.path("names");
        List<Kind> kinds = new ArrayList<>();
        for (JsonNode version : spec.path("versions")) {
            if (!version.path("served").asBoolean()) continue;
            List<String> subresources = new ArrayList<>();
            version.path("subresources").fieldNames().forEachRemaining(subresources::add);
            kinds.add(new Kind(
                    spec.path("group").asText(),
                    version.path("name").asText(),
                    names.path("plural").asText(),
                    names.path("kind").asText(),
                    spec.path("scope").asText().equals("Namespaced"),
                    texts(names.path("shortNames")),
                    texts(names.path("categories")),
                    subresources,
                    Json.at(version, "schema.openAPIV3Schema").isMissingNode()
                            ? Json.object()
                            : Json.at(version, "schema.openAPIV3Schema"),
                    Json.at(version, "subresources.scale"),
                    version.path("additionalPrinterColumns")));
        }
        return kinds;
    }

    private static Map<String, Kind> index(List<? extends JsonNode> definitions) {
        Map<String, Kind> index = new LinkedHashMap<>();
        for (Kind kind : BUILT_IN) index.put(path(kind.group(), kind.version(), kind.plural()), kind);
        for (JsonNode definition : definitions) {
            for (Kind kind : of(definition)) index.put(path(kind.group(), kind.version(), kind.plural()), kind);
        }
        return index;
    }

    private static List<String> texts(JsonNode array) {
        List<String> texts = new ArrayList<>();
        array.forEach(element -> texts.add(element.asText()));
        return texts;
    }

    private static String path(String group, String version, String plural) {
        return group + "/" + version + "/" + plural;
    }
}
