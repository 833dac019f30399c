package dev.quorate.store.cli;

import com.google.protobuf.ByteString;
import dev.quorate.proto.etcdserverpb.CompactionRequest;
import dev.quorate.proto.etcdserverpb.DefragmentRequest;
import dev.quorate.proto.etcdserverpb.DeleteRangeRequest;
import dev.quorate.proto.etcdserverpb.KVGrpc;
import dev.quorate.proto.etcdserverpb.MaintenanceGrpc;
import dev.quorate.proto.etcdserverpb.MoveLeaderRequest;
import dev.quorate.proto.etcdserverpb.PutRequest;
import dev.quorate.proto.etcdserverpb.RangeRequest;
import dev.quorate.proto.etcdserverpb.RangeResponse;
import dev.quorate.proto.etcdserverpb.SnapshotRequest;
import dev.quorate.proto.etcdserverpb.SnapshotResponse;
import dev.quorate.proto.etcdserverpb.StatusRequest;
import dev.quorate.proto.etcdserverpb.StatusResponse;
import io.grpc.ManagedChannel;
import io.grpc.netty.NettyChannelBuilder;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/** A member in a process of its own, started and killed as an administrator or a bad day would. */
final class TestProcess {
    private final List<String> command;
    private final ManagedChannel channel;
    private @Nullable Process process;
    private CompletableFuture<Boolean> ready = new CompletableFuture<>();

    TestProcess(String name, int port, int clientPort, Path folder, String cluster, String... more) {
        command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-Xmx256m",
                "-Dlogback.configurationFile=logback.xml", // not the quiet one of the tests
                "--enable-native-access=ALL-UNNAMED",
                "--sun-misc-unsafe-memory-access=allow",
                "-cp",
                System.getProperty("java.class.path"),
                Main.class.getName(),
                "--name=" + name,
                "--data-dir=" + folder.resolve(name),
                "--initial-cluster=" + cluster));
        command.addAll(List.of(
                "--listen-peer-urls=http://127.0.0.1:" + port,
                "--initial-advertise-peer-urls=http://127.0.0.1:" + port,
                "--listen-client-urls=http://127.0.0.1:" + clientPort,
                "--advertise-client-urls=http://127.0.0.1:" + clientPort));
        command.addAll(List.of(more));
        channel = NettyChannelBuilder.forAddress("127.0.0.1", clientPort)
                .usePlaintext()
                .build();
    }

    void start() throws IOException {
        Process started = new ProcessBuilder(command).redirectErrorStream(true).start();
        process = started;
        CompletableFuture<Boolean> now = new CompletableFuture<>();
        ready = now;
        Thread.ofVirtual().start(() -> follow(started, now));
        channel.resetConnectBackoff();
    }

    /** Reads to the end, so that the process never waits for a reader. */
    private static void follow(Process started, CompletableFuture<Boolean> ready) {
        StringBuilder all = new StringBuilder();
        try (BufferedReader lines = started.inputReader()) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                all.append(line).append('\n');
                if (line.contains("ready to serve client requests")) ready.complete(true);
            }
        } catch (IOException closed) {
            all.append(closed);
        }
        ready.completeExceptionally(new IllegalStateException("ended before it was ready:\n" + all));
    }

    void awaitReady() throws InterruptedException, ExecutionException, TimeoutException {
        ready.get(60, TimeUnit.SECONDS);
    }

    /** kill -9. */
    void kill() throws InterruptedException {
        Process running = process;
        if (running != null) running.destroyForcibly().waitFor();
    }

    /** SIGTERM; returns the exit code. */
    int terminate(long seconds) throws InterruptedException, TimeoutException {
        Process running = Objects.requireNonNull(process);
        running.destroy();
        if (!running.waitFor(seconds, TimeUnit.SECONDS)) throw new TimeoutException("it did not end");
        return running.exitValue();
    }

    /** Throws StatusRuntimeException when it is refused or does not answer in time. */
    void put(String key, String value, long millis) {
        var _ = KVGrpc.newBlockingStub(channel)
                .withDeadlineAfter(millis, TimeUnit.MILLISECONDS)
                .put(PutRequest.newBuilder()
                        .setKey(ByteString.copyFromUtf8(key))
                        .setValue(ByteString.copyFromUtf8(value))
                        .build());
    }

    RangeResponse range(String from, String to, boolean serializable, long millis) {
        return KVGrpc.newBlockingStub(channel)
                .withWaitForReady()
                .withDeadlineAfter(millis, TimeUnit.MILLISECONDS)
                .range(RangeRequest.newBuilder()
                        .setKey(ByteString.copyFromUtf8(from))
                        .setRangeEnd(ByteString.copyFromUtf8(to))
                        .setSerializable(serializable)
                        .build());
    }

    void delete(String key, long millis) {
        var _ = KVGrpc.newBlockingStub(channel)
                .withDeadlineAfter(millis, TimeUnit.MILLISECONDS)
                .deleteRange(DeleteRangeRequest.newBuilder()
                        .setKey(ByteString.copyFromUtf8(key))
                        .build());
    }

    /** Answered when what is old is out of the index. */
    void compact(long revision, long millis) {
        var _ = KVGrpc.newBlockingStub(channel)
                .withDeadlineAfter(millis, TimeUnit.MILLISECONDS)
                .compact(CompactionRequest.newBuilder()
                        .setRevision(revision)
                        .setPhysical(true)
                        .build());
    }

    void defragment(long millis) {
        var _ = MaintenanceGrpc.newBlockingStub(channel)
                .withDeadlineAfter(millis, TimeUnit.MILLISECONDS)
                .defragment(DefragmentRequest.getDefaultInstance());
    }

    boolean leads() {
        StatusResponse status = status();
        return status.getLeader() == status.getHeader().getMemberId();
    }

    StatusResponse status() {
        return MaintenanceGrpc.newBlockingStub(channel)
                .withWaitForReady()
                .withDeadlineAfter(10, TimeUnit.SECONDS)
                .status(StatusRequest.getDefaultInstance());
    }

    Iterator<SnapshotResponse> snapshot(long millis) {
        return MaintenanceGrpc.newBlockingStub(channel)
                .withDeadlineAfter(millis, TimeUnit.MILLISECONDS)
                .snapshot(SnapshotRequest.getDefaultInstance());
    }

    void moveLeader(TestProcess to, long millis) {
        long target = to.status().getHeader().getMemberId();
        var _ = MaintenanceGrpc.newBlockingStub(channel)
                .withDeadlineAfter(millis, TimeUnit.MILLISECONDS)
                .moveLeader(MoveLeaderRequest.newBuilder().setTargetID(target).build());
    }

    void close() throws InterruptedException {
        kill();
        channel.shutdownNow();
    }
}
