package dev.quorate.e2e.kubelet;

import dev.quorate.e2e.objects.Caches;
import dev.quorate.e2e.objects.Change;
import dev.quorate.e2e.objects.Pods;
import dev.quorate.e2e.objects.World;
import dev.quorate.e2e.objects.Writer;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Node;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The running kubelet of all declared nodes: starts and ends pod runs as pods come and go. */
public final class Kubelet implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Kubelet.class);
    private static final long LOOK_ANYWAY_MILLIS = 1_000;
    private static final Duration HEARTBEAT = Duration.ofSeconds(20);
    private static final Duration GRACE_ON_CLOSE = Duration.ofSeconds(5);

    private final Path root;
    private final List<DeclaredNode> nodes;
    private final Addresses addresses;
    private final JvmSettings jvm;
    private final PodRun.Machine machine;
    private final Caches caches;
    private final Semaphore changed = new Semaphore(1);
    private final Thread thread;
    private final String machineName = machineName();
    private final Map<String, PodRun> runs = new HashMap<>();
    private final Set<String> doomedVolumes = new HashSet<>();
    private Set<String> knownClaims = Set.of();
    private Instant lastHeartbeat = Instant.MIN;
    private volatile boolean open = true;

    /** Stops what an earlier run in the same folder left behind, registers the nodes and begins. */
    public Kubelet(KubernetesClient client, Caches caches, Path folder, Images images, List<DeclaredNode> nodes) {
        this.root = realPath(folder);
        this.nodes = nodes;
        this.addresses = new Addresses(root);
        this.jvm = new JvmSettings(root);
        this.machine = new PodRun.Machine(root, images, jvm, new Writer(client, "kubelet"), new ProbeCalls());
        Leftovers.killAll(root.resolve("pods"));
        this.caches = caches;
        caches.onChange(changed::release);
        this.thread = Thread.ofPlatform().name("kubelet").daemon().start(this::live);
    }

    /** How a process outside of the pods gets to see the cluster's names. */
    public JvmSettings jvm() {
        return jvm;
    }

    /** Stops every process and leaves the pods as they are; the next kubelet starts them again. */
    @Override
    public void close() {
        open = false;
        changed.release();
        try {
            thread.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        runs.values().forEach(run -> run.abandon(GRACE_ON_CLOSE));
        runs.values().forEach(PodRun::awaitEnd);
    }

    private void live() {
        while (open) {
            try {
                if (changed.tryAcquire(LOOK_ANYWAY_MILLIS, TimeUnit.MILLISECONDS)) changed.drainPermits();
                World world = caches.world();
                keepNodes(world, Instant.now());
                run(world);
                writeHosts(world);
                removeVolumes(world);
            } catch (InterruptedException e) {
                return;
            } catch (RuntimeException e) {
                // The API server may be restarting; whatever it is, the next round starts from the top.
                if (open) LOG.warn("the kubelet failed and will try again: {}", e.toString());
            }
        }
    }

    private void keepNodes(World world, Instant now) {
        boolean beat = now.isAfter(lastHeartbeat.plus(HEARTBEAT));
        for (DeclaredNode declared : nodes) {
            Optional<Node> node = world.nodes().stream()
                    .filter(known -> known.getMetadata().getName().equals(declared.name()))
                    .findFirst();
            if (node.isEmpty()) machine.writer().perform(new Change.Create(declared.registration()));
            boolean fresh = node.isPresent()
                    && (node.get().getStatus() == null
                            || node.get().getStatus().getConditions().isEmpty());
            if (node.isPresent() && (beat || fresh))
                machine.writer().perform(new Change.ReplaceStatus(DeclaredNode.ready(node.get(), now)));
        }
        if (beat) lastHeartbeat = now;
    }

    private void run(World world) {
        Set<String> present = new HashSet<>();
        for (Pod pod : world.pods()) {
            String uid = uid(pod);
            present.add(uid);
            PodRun run = runs.get(uid);
            if (run != null && !run.hasEnded()) {
                run.see(pod, world);
            } else if (Pods.isTerminating(pod)) {
                if (isOurs(pod) || !Pods.isScheduled(pod)) machine.writer().deleteAtOnce(pod);
            } else if (run == null && isOurs(pod) && !Pods.isOver(pod) && !nameIsTaken(pod)) {
                start(pod, world);
            }
        }
        runs.forEach((uid, run) -> {
            if (!present.contains(uid)) run.vanished();
        });
        runs.entrySet()
                .removeIf(
                        run -> !present.contains(run.getKey()) && run.getValue().hasEnded());
    }

    private void start(Pod pod, World world) {
        String address = Pods.address(pod).orElseGet(() -> addresses.take(usedAddresses(world)));
        PodRun run = new PodRun(machine, pod, world, address);
        runs.put(uid(pod), run);
        run.start(changed::release);
    }

    private Set<String> usedAddresses(World world) {
        return Stream.concat(
                        runs.values().stream().map(PodRun::address),
                        world.pods().stream().flatMap(pod -> Pods.address(pod).stream()))
                .collect(Collectors.toSet());
    }

    private boolean isOurs(Pod pod) {
        return nodes.stream().anyMatch(node -> node.name().equals(pod.getSpec().getNodeName()));
    }

    /** A pod of the same name may still be ending, and it has the volumes. */
    private boolean nameIsTaken(Pod pod) {
        return runs.values().stream()
                .anyMatch(run -> !run.hasEnded()
                        && Pods.sameNamespace(run.pod(), pod)
                        && run.pod()
                                .getMetadata()
                                .getName()
                                .equals(pod.getMetadata().getName()));
    }

    private void writeHosts(World world) {
        Set<String> namespaces = Stream.concat(world.pods().stream(), world.services().stream())
                .map(object -> object.getMetadata().getNamespace())
                .collect(Collectors.toSet());
        namespaces.add("default");
        namespaces.forEach(namespace -> jvm.writeHosts(namespace, HostsFile.of(world, namespace, machineName)));
    }

    /** The folder of a claim goes when we see the claim go, never because we merely do not see it. */
    private void removeVolumes(World world) {
        Set<String> claims = world.claims().stream().map(Kubelet::uid).collect(Collectors.toSet());
        knownClaims.stream().filter(uid -> !claims.contains(uid)).forEach(doomedVolumes::add);
        knownClaims = claims;
        for (String uid : List.copyOf(doomedVolumes)) {
            Leftovers.deleteTree(root.resolve("volumes").resolve(uid));
            doomedVolumes.remove(uid);
        }
    }

    private static String uid(HasMetadata object) {
        return object.getMetadata().getUid();
    }

    private static String machineName() {
        try {
            return InetAddress.getLocalHost().getHostName();
        } catch (UnknownHostException e) {
            return "localhost";
        }
    }

    private static Path realPath(Path folder) {
        try {
            return Files.createDirectories(folder).toRealPath();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
