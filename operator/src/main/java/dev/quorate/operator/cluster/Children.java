package dev.quorate.operator.cluster;

import dev.quorate.crds.v1alpha1.StoreCluster;
import dev.quorate.operator.resources.Names;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.PersistentVolumeClaim;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.apps.StatefulSet;
import io.fabric8.kubernetes.api.model.policy.v1.PodDisruptionBudget;
import io.javaoperatorsdk.operator.api.reconciler.Context;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;

/** The Kubernetes objects of one cluster as the caches have them, pods and claims by ordinal. */
record Children(
        Optional<StatefulSet> set,
        SortedMap<Integer, Pod> pods,
        SortedMap<Integer, PersistentVolumeClaim> claims,
        SortedMap<String, Service> services,
        Optional<PodDisruptionBudget> budget) {

    static Children of(StoreCluster cluster, Context<StoreCluster> context) {
        String name = cluster.getMetadata().getName();
        NavigableMap<Integer, Pod> pods = new TreeMap<>();
        for (Pod pod : context.getSecondaryResources(Pod.class)) {
            put(pods, pod, name);
        }
        NavigableMap<Integer, PersistentVolumeClaim> claims = new TreeMap<>();
        for (PersistentVolumeClaim claim : context.getSecondaryResources(PersistentVolumeClaim.class)) {
            put(claims, claim, "data-" + name);
        }
        NavigableMap<String, Service> services = new TreeMap<>();
        for (Service service : context.getSecondaryResources(Service.class)) {
            services.put(service.getMetadata().getName(), service);
        }
        return new Children(
                named(context.getSecondaryResources(StatefulSet.class), name),
                pods,
                claims,
                services,
                named(context.getSecondaryResources(PodDisruptionBudget.class), name));
    }

    private static <T extends HasMetadata> void put(SortedMap<Integer, T> into, T object, String prefix) {
        int ordinal = Names.ordinal(object.getMetadata().getName(), prefix);
        if (ordinal >= 0) {
            into.put(ordinal, object);
        }
    }

    private static <T extends HasMetadata> Optional<T> named(Set<T> objects, String name) {
        return objects.stream()
                .filter(object -> object.getMetadata().getName().equals(name))
                .findFirst();
    }

    /** Where the pods listen for clients, by ordinal. */
    SortedMap<Integer, String> addresses() {
        NavigableMap<Integer, String> addresses = new TreeMap<>();
        pods.forEach((ordinal, pod) -> {
            String ip = pod.getStatus() == null ? null : pod.getStatus().getPodIP();
            if (ip != null && !ip.isEmpty()) {
                addresses.put(ordinal, (ip.contains(":") ? "[" + ip + "]" : ip) + ":" + Names.CLIENT_PORT);
            }
        });
        return addresses;
    }
}
