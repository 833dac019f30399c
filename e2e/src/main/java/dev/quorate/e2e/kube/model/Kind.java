package dev.quorate.e2e.kube.model;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import java.util.List;

/**
 * One served kind of object in one version.
 *
 * @param schema the OpenAPI schema of a custom resource; missing for built-in kinds
 * @param subresources names of what hangs below an object: status, scale, log, ...
 * @param scale where the scale subresource finds its numbers (specReplicasPath, ...); missing without it
 * @param columns additionalPrinterColumns of a custom resource; missing for built-in kinds
 */
public record Kind(
        String group,
        String version,
        String plural,
        String kind,
        boolean namespaced,
        List<String> shortNames,
        List<String> categories,
        List<String> subresources,
        JsonNode schema,
        JsonNode scale,
        JsonNode columns) {

    static Kind builtIn(
            String apiVersion, String plural, String kind, boolean namespaced, String shortNames, String subresources) {
        int slash = apiVersion.indexOf('/');
        JsonNode none = MissingNode.getInstance();
        JsonNode scale = subresources.contains("scale")
                ? Json.parse("{\"specReplicasPath\":\".spec.replicas\",\"statusReplicasPath\":\".status.replicas\"}")
                : none;
        return new Kind(
                slash < 0 ? "" : apiVersion.substring(0, slash),
                apiVersion.substring(slash + 1),
                plural,
                kind,
                namespaced,
                words(shortNames),
                List.of("pods", "services", "statefulsets", "deployments", "jobs")
                                .contains(plural)
                        ? List.of("all")
                        : List.of(),
                words(subresources),
                none,
                scale,
                none);
    }

    private static List<String> words(String text) {
        return text.isEmpty() ? List.of() : List.of(text.split(" ", -1));
    }

    public String apiVersion() {
        return group.isEmpty() ? version : group + "/" + version;
    }

    /** The name that error messages use: {@code statefulsets.apps}. */
    public String resource() {
        return group.isEmpty() ? plural : plural + "." + group;
    }

    public boolean has(String subresource) {
        return subresources.contains(subresource);
    }

    public boolean isCustom() {
        return !schema.isMissingNode();
    }

    public boolean is(String otherKind) {
        return kind.equals(otherKind) && !isCustom();
    }

    /** Where the store keeps all objects of this kind; ends with a slash. */
    public String prefix() {
        // Both forms of an event are one object.
        boolean core = group.isEmpty() || group.equals("events.k8s.io");
        return "/registry/" + (core ? "" : group + "/") + plural + "/";
    }

    public String prefix(String namespace) {
        return namespace.isEmpty() ? prefix() : prefix() + namespace + "/";
    }

    public String key(String namespace, String name) {
        return prefix(namespace) + name;
    }
}
