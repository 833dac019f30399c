package dev.quorate.operator.fake;

import io.fabric8.kubernetes.api.model.PersistentVolumeClaimBuilder;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.api.model.apps.StatefulSet;
import io.fabric8.kubernetes.api.model.apps.StatefulSetBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * What a bare API server lacks: makes the pods and claims of StatefulSets (Parallel, OnDelete), runs a {@link FakeMember}
 * in each, and takes away what has lost its owner. One thread that looks at everything again and again.
 */
public final class FakeKubelet implements AutoCloseable {
    private final KubernetesClient client;
    private final FakeStore store;
    private final String namespace;
    private final int network;
    private final Map<String, FakeStore.Disk> disks = new TreeMap<>();
    private final Map<String, FakeMember> running = new TreeMap<>();
    private final ScheduledExecutorService clock = Executors.newSingleThreadScheduledExecutor();
    private final Future<?> ticking;
    private volatile @Nullable KubernetesClientException lastTrouble;

    /** Pods get the addresses 127.33.network.x. */
    public FakeKubelet(KubernetesClient client, FakeStore store, String namespace, int network) {
        this.client = client;
        this.store = store;
        this.namespace = namespace;
        this.network = network;
        ticking = clock.scheduleWithFixedDelay(this::tick, 0, 100, TimeUnit.MILLISECONDS);
    }

    private void tick() {
        try {
            for (StatefulSet set :
                    client.apps().statefulSets().inNamespace(namespace).list().getItems()) {
                pods(set);
            }
            sweep();
        } catch (KubernetesClientException e) {
            // A conflict or an object that went meanwhile: the next tick looks again.
            lastTrouble = e;
        }
    }

    private void pods(StatefulSet set) {
        String revision = "r" + set.getMetadata().getGeneration();
        for (int ordinal = 0; ordinal < set.getSpec().getReplicas(); ordinal++) {
            String name = set.getMetadata().getName() + "-" + ordinal;
            claim(set, name);
            Pod pod = client.pods().inNamespace(namespace).withName(name).get();
            if (pod == null) {
                start(set, name, ordinal, revision);
            }
        }
        List<Pod> pods = client.pods().inNamespace(namespace).list().getItems();
        pods.stream()
                .filter(pod -> ordinal(pod) >= set.getSpec().getReplicas())
                .forEach(pod -> client.resource(pod).withGracePeriod(0).delete());
        boolean seen = set.getStatus() != null
                && set.getMetadata().getGeneration().equals(set.getStatus().getObservedGeneration());
        if (!seen) {
            StatefulSet status = new StatefulSetBuilder(set)
                    .withNewStatus()
                    .withObservedGeneration(set.getMetadata().getGeneration())
                    .withUpdateRevision(templateHash(set))
                    .withReplicas(set.getSpec().getReplicas())
                    .endStatus()
                    .build();
            client.resource(status).updateStatus();
        }
    }

    private static int ordinal(Pod pod) {
        String name = pod.getMetadata().getName();
        return Integer.parseInt(name.substring(name.lastIndexOf('-') + 1));
    }

    private String templateHash(StatefulSet set) {
        String template =
                client.getKubernetesSerialization().asYaml(set.getSpec().getTemplate());
        return Integer.toHexString(template.hashCode());
    }

    private void claim(StatefulSet set, String pod) {
        if (client.persistentVolumeClaims()
                        .inNamespace(namespace)
                        .withName("data-" + pod)
                        .get()
                == null) {
            client.resource(new PersistentVolumeClaimBuilder()
                            .withNewMetadata()
                            .withName("data-" + pod)
                            .withNamespace(namespace)
                            .withLabels(
                                    set.getSpec().getTemplate().getMetadata().getLabels())
                            .endMetadata()
                            .withSpec(set.getSpec()
                                    .getVolumeClaimTemplates()
                                    .getFirst()
                                    .getSpec())
                            .build())
                    .create();
        }
    }

    private void start(StatefulSet set, String name, int ordinal, String revision) {
        String uid = client.persistentVolumeClaims()
                .inNamespace(namespace)
                .withName("data-" + name)
                .get()
                .getMetadata()
                .getUid();
        Map<String, String> labels =
                new TreeMap<>(set.getSpec().getTemplate().getMetadata().getLabels());
        labels.put("controller-revision-hash", templateHash(set));
        Pod pod = client.resource(new PodBuilder()
                        .withNewMetadata()
                        .withName(name)
                        .withNamespace(namespace)
                        .withLabels(labels)
                        .endMetadata()
                        .withSpec(set.getSpec().getTemplate().getSpec())
                        .build())
                .create();
        String ip = "127.33." + network + "." + (ordinal + 1);
        String cluster = set.getMetadata().getName();
        String peer = "http://" + name + "." + cluster + "-peers." + namespace + ".svc:2380";
        FakeStore.Disk disk = disks.computeIfAbsent(uid, key -> new FakeStore.Disk());
        try {
            FakeMember old = running.remove(name);
            if (old != null) {
                old.close();
            }
            running.put(name, new FakeMember(store.start(disk, peer), new InetSocketAddress(ip, 2379)));
        } catch (IOException e) {
            throw new UncheckedIOException(revision, e);
        }
        client.resource(new PodBuilder(pod)
                        .withNewStatus()
                        .withPhase("Running")
                        .withPodIP(ip)
                        .addNewCondition()
                        .withType("Ready")
                        .withStatus("True")
                        .endCondition()
                        .endStatus()
                        .build())
                .updateStatus();
    }

    private void sweep() {
        List<String> pods = client.pods().inNamespace(namespace).list().getItems().stream()
                .map(pod -> pod.getMetadata().getName())
                .toList();
        running.entrySet().removeIf(entry -> {
            if (pods.contains(entry.getKey())) {
                return false;
            }
            entry.getValue().close();
            return true;
        });
    }

    @Override
    public void close() {
        ticking.cancel(false);
        clock.shutdownNow();
        running.values().forEach(FakeMember::close);
        if (lastTrouble != null) {
            System.err.println(
                    "the last trouble of the fake kubelet, harmless if all went well: " + lastTrouble.getMessage());
        }
    }
}
