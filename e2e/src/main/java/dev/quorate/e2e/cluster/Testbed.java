package dev.quorate.e2e.cluster;

import dev.quorate.e2e.controllers.Controllers;
import dev.quorate.e2e.kube.LocalKube;
import dev.quorate.e2e.kube.LocalKubeConfig;
import dev.quorate.e2e.kubelet.DeclaredNode;
import dev.quorate.e2e.kubelet.Images;
import dev.quorate.e2e.kubelet.JvmSettings;
import dev.quorate.e2e.kubelet.Kubelet;
import dev.quorate.e2e.kubelet.Leftovers;
import dev.quorate.e2e.objects.Caches;
import io.fabric8.kubernetes.api.model.Node;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.ConfigBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A running Kubernetes with the operator's CRD and five nodes, and the operator as a process when it is asked for.
 *
 * <pre>
 *   folder/kubeconfig     for kubectl
 *   folder/processes/     logs of the API server's store node and of the operator
 *   folder/kubelet/       pods, volumes and logs (see the package kubelet)
 * </pre>
 *
 * Closing it stops what it started, the last first.
 */
public final class Testbed implements AutoCloseable {
    private static final int NODES = 5;
    private static final int ZONES = 3;
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private final Installation installation;
    private final Path folder;
    private final Path kubeconfig;
    private final KubernetesClient client;
    private final StoreAccess store = new StoreAccess();
    private final Deque<AutoCloseable> started;
    private @Nullable JvmSettings jvm;
    private @Nullable ChildProcess operator;

    private Testbed(Installation installation, Path folder, Path kubeconfig, Deque<AutoCloseable> started)
            throws IOException {
        this.installation = installation;
        this.folder = folder;
        this.kubeconfig = kubeconfig;
        this.started = started;
        Config config = new ConfigBuilder(Config.fromKubeconfig(Files.readString(kubeconfig)))
                // Who calls looks again anyway; long silent retries would only hide that the server is gone.
                .withRequestRetryBackoffLimit(1)
                .build();
        this.client = new KubernetesClientBuilder().withConfig(config).build();
        started.push(client);
        started.push(store);
    }

    /** LocalKube with everything, in a folder that is emptied first. */
    public static Testbed local(Installation installation, Path folder) throws IOException {
        Leftovers.killAll(folder);
        Leftovers.deleteTree(folder);
        Files.createDirectories(folder);
        Deque<AutoCloseable> started = new ArrayDeque<>();
        ApiStore objects = ApiStore.start(installation, folder.resolve("processes"));
        started.push(objects);
        LocalKube api = LocalKube.start(LocalKubeConfig.on("127.0.0.1", objects.port()));
        started.push(api);
        Testbed bed = new Testbed(installation, folder, api.writeKubeconfig(folder.resolve("kubeconfig")), started);
        bed.runNodes();
        bed.installCrds();
        return bed;
    }

    /** An API server that is there; controllers and nodes are added if it has no node of its own. */
    public static Testbed at(Path kubeconfig, Installation installation, Path folder) throws IOException {
        Leftovers.killAll(folder);
        Testbed bed = new Testbed(installation, folder, kubeconfig, new ArrayDeque<>());
        if (bed.client.nodes().list().getItems().stream().noneMatch(Testbed::isReal)) bed.runNodes();
        bed.installCrds();
        return bed;
    }

    public KubernetesClient client() {
        return client;
    }

    public StoreAccess store() {
        return store;
    }

    public Path kubeconfig() {
        return kubeconfig;
    }

    public StoreClusterHandle cluster(String namespace, String name) {
        return new StoreClusterHandle(client, store, namespace, name);
    }

    /** Starts the operator, or starts it again after {@link #killOperator}. */
    public void startOperator() {
        Map<String, String> variables = new HashMap<>(Map.of("KUBECONFIG", kubeconfig.toString()));
        if (jvm != null) jvm.addTo(variables, "default");
        List<String> command =
                List.of(installation.operator().toString(), "--leader-election=false", "--health-port=0");
        operator = ChildProcess.start("operator", folder.resolve("processes"), command, variables);
    }

    /** {@code kill -9} of the operator. */
    public void killOperator() {
        operator().ifPresent(ChildProcess::kill);
    }

    public Optional<ChildProcess> operator() {
        return Optional.ofNullable(operator);
    }

    @Override
    public void close() {
        operator().ifPresent(ChildProcess::close);
        while (!started.isEmpty()) {
            try {
                started.pop().close();
            } catch (Exception e) {
                // The rest must be stopped all the same.
                System.err.println("could not be stopped: " + e);
            }
        }
    }

    private void runNodes() {
        Caches caches = new Caches(client);
        started.push(caches);
        started.push(new Controllers(client, caches));
        Images images = new Images(Map.of("quorate/store-node", installation.storeNode()));
        List<DeclaredNode> nodes = IntStream.rangeClosed(1, NODES)
                .mapToObj(i -> DeclaredNode.in("zone-" + (char) ('a' + (i - 1) % ZONES), "node-" + i))
                .toList();
        Kubelet kubelet = new Kubelet(client, caches, folder.resolve("kubelet"), images, nodes);
        started.push(kubelet);
        jvm = kubelet.jvm();
    }

    private void installCrds() throws IOException {
        try (Stream<Path> files = Files.list(installation.crds())) {
            for (Path file : files.sorted().toList())
                client.resource(Files.readString(file)).forceConflicts().serverSideApply();
        }
        Await.until(
                "the API server to serve storeclusters",
                PATIENCE,
                () -> client.getApiResources("quorate.dev/v1alpha1") != null,
                () -> "it does not know them");
    }

    private static boolean isReal(Node node) {
        return node.getStatus() != null
                && node.getStatus().getNodeInfo() != null
                && !DeclaredNode.VERSION.equals(node.getStatus().getNodeInfo().getKubeletVersion());
    }
}
