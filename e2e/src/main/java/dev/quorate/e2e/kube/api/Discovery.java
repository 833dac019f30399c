package dev.quorate.e2e.kube.api;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.quorate.e2e.kube.model.Json;
import dev.quorate.e2e.kube.model.Kind;
import dev.quorate.e2e.kube.model.Kinds;
import java.util.List;
import java.util.Locale;

/** Tells clients which groups, versions and kinds there are. */
final class Discovery {
    private static final List<String> VERBS =
            List.of("create", "delete", "deletecollection", "get", "list", "patch", "update", "watch");

    private final Kinds kinds;

    Discovery(Kinds kinds) {
        this.kinds = kinds;
    }

    static ObjectNode version() {
        return Json.object()
                .put("major", "1")
                .put("minor", "36")
                .put("gitVersion", "v1.36.0")
                .put("gitCommit", "localkube")
                .put("gitTreeState", "clean")
                .put("platform", "java");
    }

    static ObjectNode coreVersions() {
        ObjectNode versions = Json.object().put("kind", "APIVersions");
        versions.putArray("versions").add("v1");
        versions.putArray("serverAddressByClientCIDRs");
        return versions;
    }

    ObjectNode groups() {
        ObjectNode list = Json.object().put("kind", "APIGroupList").put("apiVersion", "v1");
        ArrayNode groups = list.putArray("groups");
        kinds.groups().forEach((group, versions) -> {
            if (!group.isEmpty()) groups.add(group(group, versions));
        });
        return list;
    }

    ObjectNode group(String group) {
        List<String> versions = kinds.groups().get(group);
        if (versions == null) throw Target.unknownPath();
        return group(group, versions).put("kind", "APIGroup").put("apiVersion", "v1");
    }

    private static ObjectNode group(String name, List<String> versions) {
        ObjectNode group = Json.object().put("name", name);
        ArrayNode array = group.putArray("versions");
        for (String version : versions) describe(array.addObject(), name, version);
        describe(group.putObject("preferredVersion"), name, versions.getFirst());
        return group;
    }

    private static void describe(ObjectNode into, String group, String version) {
        into.put("groupVersion", group + "/" + version).put("version", version);
    }

    ObjectNode resources(String group, String version) {
        ObjectNode list = Json.object().put("kind", "APIResourceList").put("apiVersion", "v1");
        list.put("groupVersion", group.isEmpty() ? version : group + "/" + version);
        ArrayNode resources = list.putArray("resources");
        for (Kind kind : kinds.all()) {
            if (!kind.group().equals(group) || !kind.version().equals(version)) continue;
            ObjectNode resource = resources
                    .addObject()
                    .put("name", kind.plural())
                    .put("singularName", kind.kind().toLowerCase(Locale.ROOT))
                    .put("namespaced", kind.namespaced())
                    .put("kind", kind.kind());
            texts(resource.putArray("verbs"), VERBS);
            if (!kind.shortNames().isEmpty()) texts(resource.putArray("shortNames"), kind.shortNames());
            if (!kind.categories().isEmpty()) texts(resource.putArray("categories"), kind.categories());
            for (String subresource : kind.subresources()) resources.add(below(kind, subresource));
        }
        if (resources.isEmpty()) throw Target.unknownPath();
        return list;
    }

    private static ObjectNode below(Kind kind, String subresource) {
        ObjectNode resource = Json.object()
                .put("name", kind.plural() + "/" + subresource)
                .put("singularName", "")
                .put("namespaced", kind.namespaced());
        List<String> verbs = List.of("get", "patch", "update");
        switch (subresource) {
            case "scale" ->
                resource.put("group", "autoscaling").put("version", "v1").put("kind", "Scale");
            case "eviction" -> {
                resource.put("group", "policy").put("version", "v1").put("kind", "Eviction");
                verbs = List.of("create");
            }
            case "binding" -> {
                resource.put("kind", "Binding");
                verbs = List.of("create");
            }
            default -> resource.put("kind", kind.kind());
        }
        texts(resource.putArray("verbs"), subresource.equals("log") ? List.of("get") : verbs);
        return resource;
    }

    private static void texts(ArrayNode array, List<String> texts) {
        texts.forEach(array::add);
    }
}
