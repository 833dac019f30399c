package dev.quorate.store.cli;

import dev.quorate.proto.etcdserverpb.MaintenanceGrpc;
import dev.quorate.proto.etcdserverpb.MoveLeaderRequest;
import dev.quorate.proto.etcdserverpb.StatusRequest;
import dev.quorate.proto.etcdserverpb.StatusResponse;
import dev.quorate.store.FreePorts;
import io.grpc.ManagedChannel;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.NettyChannelBuilder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * Part of the build, not of the tests: lets one of three members live a short life, started by the distribution's own
 * script, while the JVM writes down which classes it loaded and which methods were hot. The cache that comes of it
 * ({@code lib/store-node.aot}) spares later starts most of that work.
 *
 * <p>The trained member starts after a crash, catches up, is led and leads. Without a cache the store node works all
 * the same, so a training that fails is told and forgiven.
 */
final class AotTraining {
    private static final long PATIENCE_SECONDS = 60;

    private final Path script;
    private final Path cache;
    private final Path folder;
    private final List<Integer> ports;
    private final List<Process> processes = new ArrayList<>();
    private final List<ManagedChannel> channels = new ArrayList<>();

    private AotTraining(Path dist, Path folder) throws IOException {
        this.ports = FreePorts.take(6);
        this.script = dist.resolve("bin/store-node");
        this.cache = dist.resolve("lib/store-node.aot");
        this.folder = folder;
    }

    /** Arguments: the distribution. */
    public static void main(String[] args) throws IOException {
        Path dist = Path.of(args[0]).toAbsolutePath();
        Path folder = Files.createTempDirectory("quorate-training");
        AotTraining training = new AotTraining(dist, folder);
        try {
            if (training.isFresh(dist.resolve("lib"), dist.resolve("bin"))) return;
            Files.deleteIfExists(training.cache);
            training.run();
        } catch (IOException | InterruptedException | RuntimeException e) {
            System.err.println("no AOT cache was trained, members will start more slowly: " + e);
        } finally {
            training.end();
        }
    }

    /** Nothing that went into the cache is younger than it. */
    private boolean isFresh(Path... folders) throws IOException {
        if (!Files.exists(cache)) return false;
        for (Path folder : folders) {
            try (Stream<Path> files = Files.list(folder)) {
                for (Path file : files.toList())
                    if (Files.getLastModifiedTime(file).compareTo(Files.getLastModifiedTime(cache)) > 0) return false;
            }
        }
        return true;
    }

    private void run() throws IOException, InterruptedException {
        for (int i = 0; i < 3; i++) {
            processes.add(start(i, ""));
            channels.add(NettyChannelBuilder.forAddress("127.0.0.1", ports.get(i))
                    .usePlaintext()
                    .build());
        }
        for (int i = 0; i < 3; i++) awaitServing(i);
        TrainingLoad.run(channels.getFirst(), clientUrl(0));
        processes.getFirst().destroyForcibly().waitFor();
        Process trained = start(0, "-XX:AOTCacheOutput=" + cache + " -Xlog:aot=error");
        processes.set(0, trained);
        lead(0);
        TrainingLoad.run(channels.getFirst(), clientUrl(0));
        lead(1);
        TrainingLoad.run(channels.getFirst(), clientUrl(0));
        trained.destroy();
        if (!trained.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)) throw new IOException("the member does not stop");
        if (!Files.exists(cache)) throw new IOException("the JVM wrote no cache; see " + log(0));
    }

    private Process start(int i, String options) throws IOException {
        ProcessBuilder builder = new ProcessBuilder(
                script.toString(),
                "--name=m" + i,
                "--data-dir=" + folder.resolve("m" + i),
                "--listen-client-urls=" + clientUrl(i),
                "--advertise-client-urls=" + clientUrl(i),
                "--listen-peer-urls=" + peerUrl(i),
                "--initial-advertise-peer-urls=" + peerUrl(i),
                "--initial-cluster=m0=" + peerUrl(0) + ",m1=" + peerUrl(1) + ",m2=" + peerUrl(2));
        builder.environment().put("JAVA_OPTS", options);
        return builder.redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(log(i).toFile()))
                .start();
    }

    private Path log(int i) {
        return folder.resolve("m" + i + ".log");
    }

    private String clientUrl(int i) {
        return "http://127.0.0.1:" + ports.get(i);
    }

    private String peerUrl(int i) {
        return "http://127.0.0.1:" + ports.get(3 + i);
    }

    private StatusResponse awaitServing(int i) throws InterruptedException, IOException {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
        while (System.nanoTime() < deadline && processes.get(i).isAlive()) {
            try {
                channels.get(i).resetConnectBackoff();
                StatusResponse status = MaintenanceGrpc.newBlockingStub(channels.get(i))
                        .withDeadlineAfter(2, TimeUnit.SECONDS)
                        .status(StatusRequest.getDefaultInstance());
                if (status.getLeader() != 0) return status;
            } catch (StatusRuntimeException notYet) {
                TimeUnit.MILLISECONDS.sleep(50);
            }
        }
        throw new IOException("member " + i + " does not serve; see " + log(i));
    }

    /** Moves the leadership to a member; the leader itself has to be asked for it. */
    private void lead(int target) throws IOException, InterruptedException {
        StatusResponse status = awaitServing(target);
        long id = status.getHeader().getMemberId();
        for (int i = 0; i < 3 && id != status.getLeader(); i++) {
            if (awaitServing(i).getHeader().getMemberId() != status.getLeader()) continue;
            var _ = MaintenanceGrpc.newBlockingStub(channels.get(i))
                    .moveLeader(MoveLeaderRequest.newBuilder().setTargetID(id).build());
            return;
        }
    }

    private void end() throws IOException {
        for (ManagedChannel channel : channels) channel.shutdownNow();
        for (Process process : processes) process.destroyForcibly().onExit().join();
        TestFolders.delete(folder);
    }
}
