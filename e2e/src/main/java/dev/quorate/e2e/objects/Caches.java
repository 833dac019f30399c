package dev.quorate.e2e.objects;

import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Node;
import io.fabric8.kubernetes.api.model.PersistentVolumeClaim;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.Secret;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.apps.ControllerRevision;
import io.fabric8.kubernetes.api.model.apps.StatefulSet;
import io.fabric8.kubernetes.api.model.discovery.v1.EndpointSlice;
import io.fabric8.kubernetes.api.model.policy.v1.PodDisruptionBudget;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.informers.ResourceEventHandler;
import io.fabric8.kubernetes.client.informers.SharedIndexInformer;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Stream;

/** Watches of every kind that a {@link World} holds, kept in memory. */
public final class Caches implements AutoCloseable {
    private static final List<Class<? extends HasMetadata>> KINDS = List.of(
            Node.class,
            Pod.class,
            StatefulSet.class,
            ControllerRevision.class,
            PersistentVolumeClaim.class,
            Service.class,
            EndpointSlice.class,
            PodDisruptionBudget.class,
            ConfigMap.class,
            Secret.class);
    private static final Comparator<HasMetadata> BY_NAME = Comparator.comparing(
                    (HasMetadata object) -> String.valueOf(object.getMetadata().getNamespace()))
            .thenComparing(object -> object.getMetadata().getName());

    private final Map<Class<?>, SharedIndexInformer<? extends HasMetadata>> informers = new LinkedHashMap<>();

    private final List<Runnable> listeners = new CopyOnWriteArrayList<>();

    /** Starts the watches and returns when all of them have seen what there is. */
    public Caches(KubernetesClient client) {
        for (Class<? extends HasMetadata> kind : KINDS) informers.put(kind, informer(client, kind));
        CompletableFuture.allOf(informers.values().stream()
                        .map(informer -> informer.start().toCompletableFuture())
                        .toArray(CompletableFuture[]::new))
                .join();
    }

    /** Calls the listener after every change, on a thread of the watches. */
    public void onChange(Runnable listener) {
        listeners.add(listener);
    }

    public World world() {
        return new World(
                all(Node.class),
                all(Pod.class),
                all(StatefulSet.class),
                all(ControllerRevision.class),
                all(PersistentVolumeClaim.class),
                all(Service.class),
                all(EndpointSlice.class),
                all(PodDisruptionBudget.class),
                all(ConfigMap.class),
                all(Secret.class));
    }

    @Override
    public void close() {
        informers.values().forEach(SharedIndexInformer::stop);
    }

    private <T extends HasMetadata> List<T> all(Class<T> kind) {
        Stream<? extends HasMetadata> objects = Objects.requireNonNull(informers.get(kind)).getStore().list().stream();
        return objects.sorted(BY_NAME).map(kind::cast).toList();
    }

    private <T extends HasMetadata> SharedIndexInformer<T> informer(KubernetesClient client, Class<T> kind) {
        SharedIndexInformer<T> informer =
                client.resources(kind).inAnyNamespace().runnableInformer(0);
        // For ever: the API server may be restarted under us.
        informer.exceptionHandler((started, failure) -> true);
        return informer.addEventHandler(new ResourceEventHandler<>() {
            @Override
            public void onAdd(T added) {
                tell();
            }

            @Override
            public void onUpdate(T before, T after) {
                tell();
            }

            @Override
            public void onDelete(T gone, boolean finalStateUnknown) {
                tell();
            }
        });
    }

    private void tell() {
        listeners.forEach(Runnable::run);
    }
}
