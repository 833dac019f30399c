package dev.quorate.e2e.cluster;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/** The store node, as a process, in which an API server keeps its objects. */
public final class ApiStore implements AutoCloseable {
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private final int port;
    private final ChildProcess node;

    private ApiStore(int port, ChildProcess node) {
        this.port = port;
        this.node = node;
    }

    /** A node with empty data; returns when it serves. */
    public static ApiStore start(Installation installation, Path folder) {
        int port = freePorts();
        String client = "http://127.0.0.1:" + port;
        String peer = "http://127.0.0.1:" + (port + 1);
        ChildProcess node = ChildProcess.start(
                "api-store",
                folder,
                List.of(
                        installation.storeNode().toString(),
                        "--name=api",
                        "--data-dir=" + folder.resolve("api-store.data"),
                        "--listen-client-urls=" + client,
                        "--advertise-client-urls=" + client,
                        "--listen-peer-urls=" + peer,
                        "--initial-advertise-peer-urls=" + peer,
                        "--initial-cluster=api=" + peer),
                Map.of("JAVA_OPTS", "-Xmx256m"));
        ApiStore started = new ApiStore(port, node);
        try {
            started.awaitServing();
            return started;
        } catch (IllegalStateException failed) {
            started.close();
            throw failed;
        }
    }

    public int port() {
        return port;
    }

    private void awaitServing() {
        InetSocketAddress address = new InetSocketAddress(InetAddress.getLoopbackAddress(), port);
        try (StoreAccess store = new StoreAccess()) {
            Await.until(
                    "the API server's store node to serve",
                    PATIENCE,
                    () -> !node.isAlive()
                            || store.status(address)
                                    .filter(status -> status.getLeader() != 0)
                                    .isPresent(),
                    () -> "see " + node.log());
            if (!node.isAlive()) throw new IllegalStateException("the API server's store node ended: " + node.log());
        }
    }

    /** Two neighbouring ports that nobody listens on now. */
    private static int freePorts() {
        while (true) {
            try (ServerSocket one = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
                int port = one.getLocalPort();
                try (ServerSocket next = new ServerSocket(port + 1, 1, InetAddress.getLoopbackAddress())) {
                    if (next.isBound()) return port;
                }
            } catch (IOException | IllegalArgumentException e) {
                // The neighbour is taken, or beyond the last port: another pair.
            }
        }
    }

    @Override
    public void close() {
        node.close();
    }
}
