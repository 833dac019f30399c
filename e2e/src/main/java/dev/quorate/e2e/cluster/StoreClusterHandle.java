package dev.quorate.e2e.cluster;

import dev.quorate.crds.v1alpha1.StoreCluster;
import dev.quorate.e2e.objects.Pods;
import io.fabric8.kubernetes.api.model.Condition;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.events.v1.Event;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.dsl.Resource;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/** One StoreCluster and what a user does with it. */
public final class StoreClusterHandle {
    private static final int CLIENT_PORT = 2379;

    private final KubernetesClient client;
    private final StoreAccess store;
    private final String namespace;
    private final String name;

    public StoreClusterHandle(KubernetesClient client, StoreAccess store, String namespace, String name) {
        this.client = client;
        this.store = store;
        this.namespace = namespace;
        this.name = name;
    }

    /** Applies a manifest, as {@code kubectl apply --server-side} does. */
    public void apply(String manifest) {
        client.resource(manifest).inNamespace(namespace).forceConflicts().serverSideApply();
    }

    public void patch(String mergePatch) {
        resource().patch(PatchContext.of(PatchType.JSON_MERGE), mergePatch);
    }

    /** Through the scale subresource, as {@code kubectl scale} does. */
    public void scale(int replicas) {
        String path = "/apis/quorate.dev/v1alpha1/namespaces/" + namespace + "/storeclusters/" + name + "/scale";
        String scale = """
                {"apiVersion": "autoscaling/v1", "kind": "Scale",
                 "metadata": {"name": "%s", "namespace": "%s"}, "spec": {"replicas": %d}}""".formatted(name, namespace, replicas);
        client.raw(path, "PUT", scale);
    }

    /** The sentence with which a change is refused, or nothing if it is not. */
    public static Optional<String> refusal(Runnable change) {
        try {
            change.run();
            return Optional.empty();
        } catch (KubernetesClientException e) {
            return Optional.of(
                    e.getStatus() == null
                            ? String.valueOf(e.getMessage())
                            : e.getStatus().getMessage());
        }
    }

    public void delete() {
        resource().delete();
    }

    public Optional<StoreCluster> get() {
        return Optional.ofNullable(resource().get());
    }

    public Optional<Condition> condition(String type) {
        return get().filter(cluster -> cluster.getStatus() != null)
                .flatMap(cluster -> cluster.getStatus().conditions().stream()
                        .filter(condition -> condition.getType().equals(type))
                        .findFirst());
    }

    /** Waits until the operator says that all is as asked for, with this many members. */
    public void awaitReady(int members, Duration patience) {
        Await.until(
                members + " members of " + name + " and Ready=True", patience, () -> isReady(members), this::describe);
    }

    public boolean isReady(int members) {
        return get().filter(cluster -> cluster.getStatus() != null
                        && Integer.valueOf(members).equals(cluster.getStatus().readyReplicas())
                        && cluster.getMetadata()
                                .getGeneration()
                                .equals(cluster.getStatus().observedGeneration()))
                .flatMap(cluster -> condition("Ready"))
                .filter(ready -> ready.getStatus().equals("True"))
                .isPresent();
    }

    /** The pods of the cluster by name. */
    public List<Pod> pods() {
        return client.pods().inNamespace(namespace).withLabel("quorate.dev/cluster", name).list().getItems().stream()
                .sorted(Comparator.comparing(pod -> pod.getMetadata().getName()))
                .toList();
    }

    /** Where the members serve clients; only pods that have an address. */
    public List<InetSocketAddress> endpoints() {
        return pods().stream()
                .flatMap(pod -> Pods.address(pod).stream())
                .map(address -> new InetSocketAddress(address, CLIENT_PORT))
                .toList();
    }

    /** The pod of the member that says of itself that it leads. */
    public Pod leader() {
        return Await.value(
                "a leader of " + name,
                Duration.ofSeconds(30),
                () -> pods().stream().filter(this::leads).findFirst(),
                this::describe);
    }

    /** Kills the process of a pod with SIGKILL; the kubelet starts it again. */
    public void killProcess(Pod pod) {
        String id = pod.getStatus().getContainerStatuses().getFirst().getContainerID();
        ProcessHandle.of(Long.parseLong(id.substring(id.lastIndexOf('/') + 1)))
                .orElseThrow(() -> new IllegalStateException("no process " + id))
                .destroyForcibly();
    }

    /** What the operator told, in the newer API group: some servers keep the older form of events apart. */
    public List<Event> events() {
        return client.events().v1().events().inNamespace(namespace).list().getItems().stream()
                .filter(event -> event.getRegarding() != null
                        && name.equals(event.getRegarding().getName()))
                .toList();
    }

    /** The state in a few lines, for people. */
    public String describe() {
        String conditions = get().filter(cluster -> cluster.getStatus() != null)
                .map(cluster -> cluster.getStatus().conditions().stream()
                        .map(condition -> condition.getType() + "=" + condition.getStatus() + " "
                                + condition.getReason() + " " + condition.getMessage())
                        .collect(Collectors.joining("\n  ")))
                .orElse("no status");
        String pods = pods().stream()
                .map(pod -> pod.getMetadata().getName() + " " + Pods.phase(pod)
                        + (Pods.isReady(pod) ? " ready" : " not ready"))
                .collect(Collectors.joining(", "));
        return "\n  " + conditions + "\n  pods: " + pods;
    }

    private boolean leads(Pod pod) {
        return Pods.address(pod)
                .flatMap(address -> store.status(new InetSocketAddress(address, CLIENT_PORT)))
                .filter(status -> status.getLeader() != 0
                        && status.getLeader() == status.getHeader().getMemberId())
                .isPresent();
    }

    private Resource<StoreCluster> resource() {
        return client.resources(StoreCluster.class).inNamespace(namespace).withName(name);
    }
}
