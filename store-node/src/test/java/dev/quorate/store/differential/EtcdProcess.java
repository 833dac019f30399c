package dev.quorate.store.differential;

import java.io.IOException;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** A real etcd, alone and fresh. */
public final class EtcdProcess implements AutoCloseable {
    private final Process process;
    private final int port;

    public EtcdProcess(Path binary, Path folder) throws IOException {
        port = freePort();
        String client = "http://127.0.0.1:" + port;
        String peer = "http://127.0.0.1:" + freePort();
        process = new ProcessBuilder(List.of(
                        binary.toString(),
                        "--name=one",
                        "--data-dir=" + folder.resolve("etcd-" + port),
                        "--listen-client-urls=" + client,
                        "--advertise-client-urls=" + client,
                        "--listen-peer-urls=" + peer,
                        "--initial-advertise-peer-urls=" + peer,
                        "--initial-cluster=one=" + peer,
                        "--unsafe-no-fsync"))
                .redirectErrorStream(true)
                .redirectOutput(folder.resolve("etcd-" + port + ".log").toFile())
                .start();
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0)) {
            return socket.getLocalPort();
        }
    }

    public int port() {
        return port;
    }

    /** For clients that do not wait by themselves. */
    public void awaitReady() throws InterruptedException {
        try (HttpClient client = HttpClient.newHttpClient()) {
            HttpRequest health = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + "/health"))
                    .build();
            for (int tries = 0; tries < 200; tries++) {
                try {
                    if (client.send(health, BodyHandlers.ofString()).statusCode() == 200) return;
                } catch (IOException notYet) {
                    process.waitFor(50, TimeUnit.MILLISECONDS);
                }
            }
        }
        throw new AssertionError("etcd did not become ready");
    }

    @Override
    public void close() {
        process.destroyForcibly();
        try {
            process.waitFor(10, TimeUnit.SECONDS);
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
        }
    }
}
