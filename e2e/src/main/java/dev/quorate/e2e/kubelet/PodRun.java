package dev.quorate.e2e.kubelet;

import dev.quorate.e2e.objects.Change;
import dev.quorate.e2e.objects.Pods;
import dev.quorate.e2e.objects.World;
import dev.quorate.e2e.objects.Writer;
import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.ContainerStatus;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.api.model.PodStatus;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One pod from the moment it has a node until its processes have ended, on a virtual thread of its own. */
final class PodRun implements ContainerRun.Surroundings {
    /** What is the same for all pods of a kubelet. */
    record Machine(Path root, Images images, JvmSettings jvm, Writer writer, ProbeCalls probes) {}

    static final String LOG_ANNOTATION = "localkube.quorate.dev/log-path";

    private static final Logger LOG = LoggerFactory.getLogger(PodRun.class);
    private static final long TURN_MILLIS = 100;
    private static final Duration PATIENCE = Duration.ofSeconds(3);
    private static final int GRACE_SECONDS = 30;

    private final Machine machine;
    private final String address;
    private final PodFolder folder;
    private final List<ContainerRun> init;
    private final List<ContainerRun> containers;
    private final Semaphore wake = new Semaphore(0);
    private final CompletableFuture<Void> ended = new CompletableFuture<>();

    private volatile Pod pod;
    private volatile World world;
    private volatile @Nullable Duration leaveWithin;
    private volatile boolean quiet;
    private @Nullable PodStatus reported;
    private @Nullable String reportedFrom;
    private final Instant startedAt = Instant.now();
    private String missing = "";

    PodRun(Machine machine, Pod pod, World world, String address) {
        this.machine = machine;
        this.pod = pod;
        this.world = world;
        this.address = address;
        this.folder = new PodFolder(machine.root(), pod);
        String policy = Objects.requireNonNullElse(pod.getSpec().getRestartPolicy(), "Always");
        this.init = runs(pod.getSpec().getInitContainers(), policy.equals("Always") ? "OnFailure" : policy);
        this.containers = runs(pod.getSpec().getContainers(), policy);
        continueFromStatus();
    }

    /** Lives until the pod is deleted, or {@link #abandon} is called. */
    void start(Runnable whenEnded) {
        Thread.ofVirtual().name("pod-" + pod.getMetadata().getName()).start(() -> {
            try {
                live();
            } finally {
                ended.complete(null);
                whenEnded.run();
            }
        });
    }

    /** The pod and the world as they are now. */
    void see(Pod pod, World world) {
        this.pod = pod;
        this.world = world;
        Long seconds = pod.getMetadata().getDeletionGracePeriodSeconds();
        if (Pods.isTerminating(pod)) leave(seconds == null ? grace() : Duration.ofSeconds(seconds));
        wake.release();
    }

    /** The pod was taken from the API without waiting for us. */
    void vanished() {
        quiet = true;
        leave(grace());
    }

    /** Ends the processes and says nothing about it to the API server: the kubelet goes, the pod stays. */
    void abandon(Duration within) {
        quiet = true;
        leave(within);
    }

    private void leave(Duration within) {
        if (leaveWithin == null) leaveWithin = within;
        wake.release();
    }

    boolean hasEnded() {
        return ended.isDone();
    }

    void awaitEnd() {
        ended.join();
    }

    Pod pod() {
        return pod;
    }

    String address() {
        return address;
    }

    @Override
    public ContainerRun.Launch launch(Container container) {
        Path entrypoint = machine.images()
                .entrypoint(container.getImage())
                .orElseThrow(() -> new CannotStart(
                        "ErrImagePull", "no distribution stands for image \"" + container.getImage() + "\""));
        Substitution substitution = new Substitution(folder.mounts(container, world), address);
        Map<String, String> variables = new Environment(pod, address, folder, world).of(container);
        variables.replaceAll((name, value) -> substitution.toHost(value));
        machine.jvm().addTo(variables, pod.getMetadata().getNamespace(), container);
        return new ContainerRun.Launch(entrypoint, variables, substitution, folder);
    }

    @Override
    public void tell(boolean warning, String reason, String message) {
        machine.writer().perform(new Change.Tell(pod, warning, reason, message));
    }

    private void live() {
        while (leaveWithin == null) {
            try {
                turn(Instant.now());
            } catch (KubernetesClientException e) {
                LOG.debug("pod {}: {}", pod.getMetadata().getName(), e.toString());
            }
            pause();
        }
        stop(Objects.requireNonNull(leaveWithin));
        if (Pods.isTerminating(pod) && !quiet) {
            try {
                report(Instant.now());
                machine.writer().deleteAtOnce(pod);
            } catch (KubernetesClientException e) {
                // The kubelet deletes a terminating pod that has no run.
                LOG.debug("pod {}: {}", pod.getMetadata().getName(), e.toString());
            }
        }
        folder.remove();
    }

    private void turn(Instant now) {
        if (!annotated()) return;
        Optional<String> lack = folder.fill(world);
        if (lack.isPresent()) {
            // A claim is bound a moment after it is made: not worth an event.
            boolean told = lack.get().equals(missing);
            if (!told && now.isAfter(startedAt.plus(PATIENCE))) {
                tell(true, "FailedMount", lack.get());
                missing = lack.get();
            }
        } else {
            advance(now);
        }
        report(now);
    }

    private void advance(Instant now) {
        for (ContainerRun run : init) {
            if (run.hasSucceeded()) continue;
            run.turn(now);
            return;
        }
        containers.forEach(run -> run.turn(now));
    }

    /** Tells the API server where the logs are. */
    private boolean annotated() {
        String log =
                folder.log(pod.getSpec().getContainers().getFirst().getName()).toString();
        if (log.equals(pod.getMetadata().getAnnotations().get(LOG_ANNOTATION))) return true;
        machine.writer()
                .perform(new Change.Replace(new PodBuilder(pod)
                        .editMetadata()
                        .addToAnnotations(LOG_ANNOTATION, log)
                        .endMetadata()
                        .build()));
        return false;
    }

    private void report(Instant now) {
        Pod known = pod;
        PodStatus status = new PodReport(statuses(init), statuses(containers), address).of(known, now);
        String version = known.getMetadata().getResourceVersion();
        // A status that was refused as too old is tried again when the newer pod has been seen.
        if (status.equals(reported) || version.equals(reportedFrom)) return;
        reportedFrom = version;
        if (machine.writer()
                .perform(new Change.ReplaceStatus(
                        new PodBuilder(known).withStatus(status).build()))) reported = status;
    }

    private void stop(Duration within) {
        Instant killAt = Instant.now().plus(within);
        List<ContainerRun> all =
                Stream.concat(init.stream(), containers.stream()).toList();
        for (ContainerRun run : all) {
            if (run.isStopped()) continue;
            if (!quiet) tell(false, "Killing", "Stopping container");
            run.stop(killAt);
        }
        while (!all.stream().allMatch(ContainerRun::isStopped)) {
            if (Instant.now().isAfter(killAt)) all.forEach(ContainerRun::kill);
            pause();
        }
    }

    private void pause() {
        try {
            if (wake.tryAcquire(TURN_MILLIS, TimeUnit.MILLISECONDS)) wake.drainPermits();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private Duration grace() {
        Long seconds = pod.getSpec().getTerminationGracePeriodSeconds();
        return Duration.ofSeconds(seconds == null ? GRACE_SECONDS : seconds);
    }

    private List<ContainerRun> runs(List<Container> specs, String policy) {
        return specs.stream()
                .map(spec -> new ContainerRun(spec, policy, grace(), address, this, machine.probes()))
                .toList();
    }

    private void continueFromStatus() {
        if (pod.getStatus() == null) return;
        for (ContainerStatus status : pod.getStatus().getContainerStatuses()) {
            for (int i = 0; i < containers.size(); i++)
                if (pod.getSpec().getContainers().get(i).getName().equals(status.getName()))
                    containers.get(i).continueFrom(status);
        }
    }

    private static List<ContainerStatus> statuses(List<ContainerRun> runs) {
        return runs.stream().map(ContainerRun::status).toList();
    }
}
