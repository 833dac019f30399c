package dev.quorate.store.cli;

import dev.quorate.store.Bytes;
import dev.quorate.store.FreePorts;
import dev.quorate.store.node.Node;
import dev.quorate.store.node.NodeConfig;
import dev.quorate.store.node.port.Meters;
import dev.quorate.store.peer.PeerServer;
import dev.quorate.store.state.Command;
import dev.quorate.store.state.Op;
import dev.quorate.store.state.Outcome;
import dev.quorate.store.state.Refusal;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/** A member in this process, with real files and a real peer port, without a client port. */
final class TestMember implements AutoCloseable {
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private final NodeConfig config;
    final Meters meters = new Meters();
    final MemberProcess process;
    final AtomicReference<@Nullable Throwable> death = new AtomicReference<>();
    private final PeerServer peers;

    TestMember(List<String> flags) throws IOException {
        try {
            ConfigReader reader = new ConfigReader(Flags.parse(flags, Map.of()));
            config = reader.read();
            if (!reader.errors().isEmpty())
                throw new IllegalArgumentException(reader.errors().toString());
        } catch (Flags.BadFlag bad) {
            throw new IllegalArgumentException(bad);
        }
        process = new MemberProcess(config, meters, (thread, cause) -> death.set(cause));
        peers = new PeerServer(
                config.addresses().listenPeer(), config.serving().peerTls(), process::peerHost, process::isFounding);
        process.start();
    }

    static List<String> flags(String name, int port, Path folder, String... more) {
        List<String> flags = new ArrayList<>(List.of(
                "--name=" + name,
                "--data-dir=" + folder.resolve(name),
                "--listen-peer-urls=http://127.0.0.1:" + port,
                "--initial-advertise-peer-urls=http://127.0.0.1:" + port,
                "--listen-client-urls=http://127.0.0.1:1",
                "--advertise-client-urls=http://127.0.0.1:1",
                "--unsafe-no-fsync"));
        flags.addAll(List.of(more));
        return flags;
    }

    static void await(String what, BooleanSupplier condition) {
        long end = System.nanoTime() + PATIENCE.toNanos();
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() > end) throw new AssertionError("waited in vain: " + what);
            LockSupport.parkNanos(1_000_000);
        }
    }

    /** As an operator would: who has connected just now does not count as healthy yet. */
    static void removed(TestMember by, Long... ids) {
        await("the removal", () -> {
            Outcome outcome = by.node().calls().removeMembers(List.of(ids)).join();
            if (outcome instanceof Outcome.MembersChanged) return true;
            if (!outcome.equals(new Outcome.Refused(Refusal.UNHEALTHY))) throw new AssertionError(outcome);
            return false;
        });
    }

    /** Of a cluster of one. */
    static List<String> soloFlags(Path folder, String... more) throws IOException {
        int port = FreePorts.take(1).getFirst();
        List<String> flags = flags("solo", port, folder, more);
        flags.add("--initial-cluster=solo=http://127.0.0.1:" + port);
        return flags;
    }

    /** Several members begin together. */
    Node node() {
        await("it has begun", () -> process.node().isPresent());
        return process.node().orElseThrow();
    }

    Outcome propose(Command command) throws InterruptedException {
        try {
            return node().propose(command).get(20, TimeUnit.SECONDS);
        } catch (ExecutionException | TimeoutException failure) {
            throw new AssertionError("no outcome of " + command, failure);
        }
    }

    Outcome put(String key, String value) throws InterruptedException {
        return propose(Op.Put.of(Bytes.utf8(key), Bytes.utf8(value)));
    }

    /** Linearizable. */
    String get(String key) throws InterruptedException {
        try {
            var refusal = node().readPoint().get(20, TimeUnit.SECONDS);
            if (refusal.isPresent()) return refusal.get().name();
        } catch (ExecutionException | TimeoutException failure) {
            throw new AssertionError("no read point", failure);
        }
        return local(key);
    }

    String local(String key) {
        return node().state()
                .view()
                .get(Bytes.utf8(key))
                .map(kv -> kv.value().toUtf8())
                .orElse("");
    }

    @Override
    public void close() {
        process.close();
        peers.close();
    }
}
