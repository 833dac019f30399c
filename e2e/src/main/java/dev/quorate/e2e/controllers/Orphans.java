package dev.quorate.e2e.controllers;

import io.fabric8.kubernetes.api.model.APIResource;
import io.fabric8.kubernetes.api.model.APIResourceList;
import io.fabric8.kubernetes.api.model.DeleteOptions;
import io.fabric8.kubernetes.api.model.DeleteOptionsBuilder;
import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.OwnerReference;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.dsl.base.ResourceDefinitionContext;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The garbage collector. One round lists every namespaced object of every kind and then
 *
 * <ol>
 *   <li>deletes what has owners of which none exists any more,
 *   <li>finishes a foreground deletion: deletes the dependents, then takes the owner's finalizer away,
 *   <li>finishes an orphaning deletion: takes the owner out of its dependents, then its finalizer away.
 * </ol>
 *
 * It lists afresh instead of watching, because a mistake here deletes data: an owner that is merely not seen yet must
 * never count as gone. So owners are listed after their dependents, and an owner of a kind that is not listed is left alone.
 */
final class Orphans {
    private static final String FOREGROUND = "foregroundDeletion";
    private static final String ORPHAN = "orphan";

    private record Kind(String apiVersion, APIResource resource) {}

    private final KubernetesClient client;

    Orphans(KubernetesClient client) {
        this.client = client;
    }

    void collect() {
        List<Kind> kinds = kinds();
        Map<Kind, List<GenericKubernetesResource>> dependents = new HashMap<>();
        kinds.forEach(kind -> dependents.put(kind, list(kind)));
        Set<String> alive = new HashSet<>();
        for (Kind kind : kinds) list(kind).forEach(object -> alive.add(uid(object)));
        Set<String> known = new HashSet<>();
        kinds.forEach(kind -> known.add(name(kind.apiVersion(), kind.resource().getKind())));

        List<GenericKubernetesResource> all =
                dependents.values().stream().flatMap(List::stream).toList();
        dependents.forEach((kind, objects) -> objects.forEach(object -> {
            List<OwnerReference> owners = object.getMetadata().getOwnerReferences();
            boolean abandoned = !owners.isEmpty()
                    && owners.stream()
                            .allMatch(owner -> known.contains(name(owner.getApiVersion(), owner.getKind()))
                                    && !alive.contains(owner.getUid()));
            if (abandoned && !object.isMarkedForDeletion()) attempt(() -> delete(kind, object));
            if (object.isMarkedForDeletion() && object.hasFinalizer(FOREGROUND)) finish(kind, object, dependents);
            if (object.isMarkedForDeletion() && object.hasFinalizer(ORPHAN)) release(kind, object, all);
        }));
    }

    private void finish(Kind kind, HasMetadata owner, Map<Kind, List<GenericKubernetesResource>> dependents) {
        List<Runnable> deletions = new ArrayList<>();
        boolean[] blocked = {false};
        dependents.forEach((dependentKind, objects) -> objects.stream()
                .filter(object -> isOwnedBy(object, owner))
                .forEach(object -> {
                    blocked[0] = true;
                    if (!object.isMarkedForDeletion()) deletions.add(() -> delete(dependentKind, object));
                }));
        deletions.forEach(Orphans::attempt);
        if (!blocked[0]) attempt(() -> dropFinalizer(kind, owner, FOREGROUND));
    }

    private void release(Kind kind, HasMetadata owner, List<GenericKubernetesResource> all) {
        for (GenericKubernetesResource dependent : all) {
            if (!isOwnedBy(dependent, owner)) continue;
            attempt(() -> {
                dependent
                        .getMetadata()
                        .getOwnerReferences()
                        .removeIf(reference -> reference.getUid().equals(uid(owner)));
                client.resource(dependent).update();
            });
        }
        attempt(() -> dropFinalizer(kind, owner, ORPHAN));
    }

    private List<Kind> kinds() {
        List<Kind> kinds = new ArrayList<>();
        List<String> versions = new ArrayList<>(List.of("v1"));
        client.getApiGroups()
                .getGroups()
                .forEach(group -> versions.add(group.getPreferredVersion().getGroupVersion()));
        for (String version : versions) {
            APIResourceList resources = client.getApiResources(version);
            if (resources == null) continue;
            resources.getResources().stream()
                    .filter(resource -> resource.getNamespaced()
                            && !resource.getKind().equals("Event")
                            && resource.getVerbs().containsAll(List.of("list", "delete")))
                    .forEach(resource -> kinds.add(new Kind(version, resource)));
        }
        return kinds;
    }

    private List<GenericKubernetesResource> list(Kind kind) {
        List<GenericKubernetesResource> objects = client.genericKubernetesResources(definition(kind))
                .inAnyNamespace()
                .list()
                .getItems();
        objects.forEach(object -> {
            object.setApiVersion(kind.apiVersion());
            object.setKind(kind.resource().getKind());
        });
        return objects;
    }

    private static ResourceDefinitionContext definition(Kind kind) {
        int slash = kind.apiVersion().lastIndexOf('/');
        return new ResourceDefinitionContext.Builder()
                .withGroup(kind.apiVersion().substring(0, Math.max(slash, 0)))
                .withVersion(kind.apiVersion().substring(slash + 1))
                .withKind(kind.resource().getKind())
                .withPlural(kind.resource().getName())
                .withNamespaced(true)
                .build();
    }

    private void delete(Kind kind, HasMetadata object) {
        DeleteOptions options = new DeleteOptionsBuilder()
                .withPropagationPolicy("Background")
                .withNewPreconditions()
                .withUid(uid(object))
                .endPreconditions()
                .build();
        client.raw(path(kind, object), "DELETE", options);
    }

    private void dropFinalizer(Kind kind, HasMetadata object, String finalizer) {
        object.removeFinalizer(finalizer);
        client.raw(path(kind, object), "PUT", Serialization.asJson(object));
    }

    private static String path(Kind kind, HasMetadata object) {
        return (kind.apiVersion().contains("/") ? "/apis/" : "/api/") + kind.apiVersion() + "/namespaces/"
                + object.getMetadata().getNamespace() + "/" + kind.resource().getName() + "/"
                + object.getMetadata().getName();
    }

    /** A kind whatever its version: owners may be named by another version than the one that is listed. */
    private static String name(String apiVersion, String kind) {
        return apiVersion.substring(0, apiVersion.lastIndexOf('/') + 1) + kind;
    }

    private static boolean isOwnedBy(HasMetadata object, HasMetadata owner) {
        return object.getMetadata().getOwnerReferences().stream()
                .anyMatch(reference -> reference.getUid().equals(uid(owner)));
    }

    private static String uid(HasMetadata object) {
        return object.getMetadata().getUid();
    }

    private static void attempt(Runnable write) {
        try {
            write.run();
        } catch (KubernetesClientException e) {
            // Changed or gone in the meantime: the next round looks again.
            if (e.getCode() != 404 && e.getCode() != 409) throw e;
        }
    }
}
