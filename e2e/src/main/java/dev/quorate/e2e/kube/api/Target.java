package dev.quorate.e2e.kube.api;

import dev.quorate.e2e.kube.model.Kind;
import dev.quorate.e2e.kube.model.Kinds;
import dev.quorate.e2e.kube.model.Refusal;
import java.util.ArrayList;
import java.util.List;

/** What a path names: a kind, perhaps a namespace, perhaps one object, perhaps one of its subresources. */
public record Target(Kind kind, String namespace, String name, String subresource) {
    static Target of(List<String> path, Kinds kinds) {
        boolean core = path.getFirst().equals("api");
        List<String> rest = new ArrayList<>(path.subList(Math.min(path.size(), core ? 2 : 3), path.size()));
        if (path.size() < (core ? 3 : 4)) throw unknownPath();
        String group = core ? "" : path.get(1);
        String version = core ? path.get(1) : path.get(2);
        String namespace = "";
        boolean below = rest.getFirst().equals("namespaces")
                && rest.size() > 2
                && !List.of("status", "finalize").contains(rest.get(2));
        if (below) {
            namespace = rest.get(1);
            rest.subList(0, 2).clear();
        }
        Kind kind = kinds.find(group, version, rest.getFirst()).orElseThrow(Target::unknownPath);
        if (rest.size() > 3 || (below && !kind.namespaced())) throw unknownPath();
        String subresource = rest.size() > 2 ? rest.get(2) : "";
        if (!subresource.isEmpty() && !kind.has(subresource)) throw unknownPath();
        return new Target(kind, namespace, rest.size() > 1 ? rest.get(1) : "", subresource);
    }

    static Refusal unknownPath() {
        return new Refusal(404, "NotFound", "the server could not find the requested resource");
    }

    String key() {
        return kind.key(namespace, name);
    }

    Target named(String otherName) {
        return new Target(kind, namespace, otherName, subresource);
    }
}
