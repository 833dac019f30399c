package dev.quorate.e2e.kubelet;

import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.ContainerState;
import io.fabric8.kubernetes.api.model.ContainerStateBuilder;
import io.fabric8.kubernetes.api.model.ContainerStatus;
import io.fabric8.kubernetes.api.model.ContainerStatusBuilder;
import io.fabric8.kubernetes.api.model.Probe;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * One container: at most one process, started again when it ends, and the probes that look after it.
 *
 * <pre>
 *   waiting ── start ──► running ── process ends ──► waiting (back-off) or terminated, as the restart policy says
 *                          │ startup probe passes: started; then readiness probe: ready or not
 *                          └ startup or liveness probe fails too often: stop the process, which then ends
 * </pre>
 */
final class ContainerRun {
    /** What a container's surroundings provide: everything that is the same for all containers of a pod. */
    interface Surroundings {
        Launch launch(Container container);

        void tell(boolean warning, String reason, String message);
    }

    /** How to start the process of a container. */
    record Launch(Path entrypoint, Map<String, String> variables, Substitution substitution, PodFolder folder) {
        String onHost(String word) {
            return substitution.toHost(Substitution.expand(word, variables));
        }
    }

    private enum Phase {
        WAITING,
        RUNNING,
        TERMINATED
    }

    private static final int SIGNAL_EXIT_CODES = 128;

    private final Container container;
    private final String restartPolicy;
    private final Duration grace;
    private final String address;
    private final Surroundings pod;
    private final ProbeCalls calls;

    private Phase phase = Phase.WAITING;
    private String waitingFor = "ContainerCreating";
    private String waitingMessage = "";
    private Instant startAt = Instant.MIN;
    private Instant startedAt = Instant.MIN;
    private Restarts restarts = new Restarts(0);
    private int restartCount;
    private @Nullable Launch launch;
    private @Nullable Process process;
    private @Nullable Instant killAt;
    private @Nullable ContainerState ended;
    private ProbeTurn startup;
    private ProbeTurn liveness;
    private ProbeTurn readiness;

    ContainerRun(
            Container container,
            String restartPolicy,
            Duration grace,
            String address,
            Surroundings pod,
            ProbeCalls calls) {
        this.container = container;
        this.restartPolicy = restartPolicy;
        this.grace = grace;
        this.address = address;
        this.pod = pod;
        this.calls = calls;
        this.startup = new ProbeTurn(container.getStartupProbe());
        this.liveness = new ProbeTurn(container.getLivenessProbe());
        this.readiness = new ProbeTurn(container.getReadinessProbe());
    }

    /** A kubelet that was restarted has stopped the process, which counts as a restart of the container. */
    void continueFrom(ContainerStatus before) {
        restartCount = before.getRestartCount() + (before.getState().getRunning() == null ? 0 : 1);
    }

    /** One look at everything; called several times a second. */
    void turn(Instant now) {
        Process running = process;
        if (running != null && !running.isAlive()) end(running, now);
        if (phase == Phase.WAITING && process == null && !now.isBefore(startAt)) start(now);
        if (phase == Phase.RUNNING) probe(now);
        if (killAt != null && process != null && now.isAfter(killAt)) process.destroyForcibly();
    }

    boolean isReady() {
        return phase == Phase.RUNNING && isStarted() && readiness.isPassing() && killAt == null;
    }

    boolean isOver() {
        return phase == Phase.TERMINATED;
    }

    boolean hasSucceeded() {
        return isOver() && ended != null && ended.getTerminated().getExitCode() == 0;
    }

    /** Asks the process to end; it is killed when it has not ended by then. */
    void stop(Instant killAt) {
        this.killAt = killAt;
        if (process != null) process.destroy();
    }

    void kill() {
        if (process != null) process.destroyForcibly();
    }

    boolean isStopped() {
        return process == null || !process.isAlive();
    }

    /** A command as the container would run it: in its folder, with its variables. */
    ProcessBuilder command(List<String> words) {
        Launch known = Objects.requireNonNull(launch, "a container that was never started");
        return builder(known, words.stream().map(known::onHost).toList());
    }

    ContainerStatus status() {
        ContainerState state = switch (phase) {
            case WAITING ->
                new ContainerStateBuilder()
                        .withNewWaiting(waitingMessage, waitingFor)
                        .build();
            case RUNNING ->
                new ContainerStateBuilder().withNewRunning(text(startedAt)).build();
            case TERMINATED -> ended;
        };
        return new ContainerStatusBuilder()
                .withName(container.getName())
                .withImage(container.getImage())
                .withImageID(container.getImage())
                .withContainerID(process == null ? null : "process://" + process.pid())
                .withRestartCount(restartCount)
                .withStarted(phase == Phase.RUNNING && isStarted())
                .withReady(isReady())
                .withState(state)
                .withLastState(phase == Phase.TERMINATED ? null : ended)
                .build();
    }

    private void start(Instant now) {
        try {
            Launch fresh = pod.launch(container);
            launch = fresh;
            File log = fresh.folder().log(container.getName()).toFile();
            if (log.exists())
                Files.move(
                        log.toPath(),
                        fresh.folder().previousLog(container.getName()),
                        StandardCopyOption.REPLACE_EXISTING);
            Process started = builder(fresh, commandLine(fresh))
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.appendTo(log))
                    .start();
            Leftovers.note(fresh.folder().pidFile(container.getName()), started);
            process = started;
            phase = Phase.RUNNING;
            startedAt = now;
            killAt = null;
            startup = new ProbeTurn(container.getStartupProbe());
            liveness = new ProbeTurn(container.getLivenessProbe());
            readiness = new ProbeTurn(container.getReadinessProbe());
            pod.tell(false, "Started", "Started container " + container.getName());
        } catch (CannotStart e) {
            waitFor(e.reason(), String.valueOf(e.getMessage()), now);
        } catch (IOException e) {
            waitFor("RunContainerError", String.valueOf(e.getMessage()), now);
        }
    }

    private void waitFor(String reason, String message, Instant now) {
        if (!message.equals(waitingMessage)) pod.tell(true, "Failed", message);
        waitingFor = reason;
        waitingMessage = message;
        startAt = now.plusSeconds(1);
    }

    /** The entry point of the image and the arguments, or the command if there is one, found beside the entry point. */
    private List<String> commandLine(Launch fresh) {
        List<String> line = new ArrayList<>();
        List<String> command = container.getCommand();
        if (command.isEmpty()) {
            line.add(fresh.entrypoint().toString());
        } else {
            Path beside = fresh.entrypoint()
                    .resolveSibling(Path.of(command.getFirst()).getFileName());
            line.add(Files.isExecutable(beside) ? beside.toString() : command.getFirst());
            command.stream().skip(1).map(fresh::onHost).forEach(line::add);
        }
        container.getArgs().stream().map(fresh::onHost).forEach(line::add);
        return line;
    }

    private ProcessBuilder builder(Launch known, List<String> line) {
        ProcessBuilder builder = new ProcessBuilder(line)
                .directory(known.folder().workFolder(container.getName()).toFile());
        builder.environment().keySet().retainAll(List.of("PATH", "LANG", "LC_ALL", "HOME", "TMPDIR"));
        builder.environment().putAll(known.variables());
        return builder;
    }

    private void end(Process over, Instant now) {
        process = null;
        killAt = null;
        int code = over.exitValue();
        ended = new ContainerStateBuilder()
                .withNewTerminated()
                .withContainerID("process://" + over.pid())
                .withExitCode(code)
                .withSignal(code > SIGNAL_EXIT_CODES ? code - SIGNAL_EXIT_CODES : null)
                .withReason(code == 0 ? "Completed" : "Error")
                .withStartedAt(text(startedAt))
                .withFinishedAt(text(now))
                .endTerminated()
                .build();
        boolean again = restartPolicy.equals("Always") || (restartPolicy.equals("OnFailure") && code != 0);
        phase = again ? Phase.WAITING : Phase.TERMINATED;
        if (!again) return;
        restarts = restarts.afterRunOf(Duration.between(startedAt, now));
        restartCount++;
        startAt = now.plus(restarts.delay());
        waitingFor = "CrashLoopBackOff";
        waitingMessage =
                "back-off " + restarts.delay().toSeconds() + "s restarting failed container=" + container.getName();
        if (!restarts.delay().isZero())
            pod.tell(true, "BackOff", "Back-off restarting failed container " + container.getName());
    }

    private boolean isStarted() {
        return startup.isPassing();
    }

    private void probe(Instant now) {
        if (killAt != null) return;
        if (!isStarted()) {
            turn(startup, "Startup", now);
            if (startup.hasFailed()) restart("startup", now);
            return;
        }
        turn(liveness, "Liveness", now);
        turn(readiness, "Readiness", now);
        if (liveness.hasFailed()) restart("liveness", now);
    }

    private void turn(ProbeTurn turn, String name, Instant now) {
        turn.turn(now, startedAt, probe -> calls.ask(probe, container, address, this))
                .ifPresent(why -> pod.tell(true, "Unhealthy", name + " probe failed: " + why));
    }

    private void restart(String probe, Instant now) {
        pod.tell(
                false,
                "Killing",
                "Container " + container.getName() + " failed " + probe + " probe, will be restarted");
        stop(now.plus(grace));
    }

    private static String text(Instant time) {
        return time.truncatedTo(ChronoUnit.SECONDS).toString();
    }

    /** One probe of one process: asks when it is time, counts the answers. Absent probes pass. */
    private static final class ProbeTurn {
        private static final int PERIOD_SECONDS = 10;

        private final @Nullable Probe probe;
        private ProbeCount count = ProbeCount.FRESH;
        private Instant due = Instant.MIN;
        private @Nullable CompletableFuture<Optional<String>> asked;

        ProbeTurn(@Nullable Probe probe) {
            this.probe = probe;
        }

        boolean isPassing() {
            return probe == null || count.passing();
        }

        boolean hasFailed() {
            return probe != null && count.hasFailed(probe);
        }

        /** The complaint of an answer that came in and was bad. */
        Optional<String> turn(Instant now, Instant startedAt, Function<Probe, Optional<String>> call) {
            Probe known = probe;
            if (known == null) return Optional.empty();
            CompletableFuture<Optional<String>> answer = asked;
            if (answer != null) {
                if (!answer.isDone()) return Optional.empty();
                asked = null;
                Optional<String> complaint = answer.join();
                count = count.after(complaint.isEmpty(), known);
                return complaint;
            }
            Instant first = startedAt.plusSeconds(Objects.requireNonNullElse(known.getInitialDelaySeconds(), 0));
            if (now.isBefore(first) || now.isBefore(due)) return Optional.empty();
            due = now.plusSeconds(Objects.requireNonNullElse(known.getPeriodSeconds(), PERIOD_SECONDS));
            asked = CompletableFuture.supplyAsync(() -> call.apply(known), Thread::startVirtualThread);
            return Optional.empty();
        }
    }
}
