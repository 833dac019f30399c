package dev.quorate.store.differential;

import dev.quorate.store.FreePorts;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** A real etcd, alone. */
public final class EtcdProcess implements AutoCloseable {
    private final Process process;
    private final int port;
    private final Path log;

    /** A fresh one. */
    public EtcdProcess(Path binary, Path folder) throws IOException {
        this(binary, folder, Files.createTempDirectory(folder, "etcd"));
    }

    /** Goes on with what is in its data directory. */
    public EtcdProcess(Path binary, Path folder, Path data) throws IOException {
        List<Integer> ports = FreePorts.take(2);
        port = ports.get(0);
        log = folder.resolve(data.getFileName() + ".log");
        String client = "http://127.0.0.1:" + port;
        String peer = "http://127.0.0.1:" + ports.get(1);
        process = new ProcessBuilder(List.of(
                        binary.toString(),
                        "--name=one",
                        "--data-dir=" + data,
                        "--listen-client-urls=" + client,
                        "--advertise-client-urls=" + client,
                        "--listen-peer-urls=" + peer,
                        "--initial-advertise-peer-urls=" + peer,
                        "--initial-cluster=one=" + peer,
                        "--unsafe-no-fsync"))
                .redirectErrorStream(true)
                .redirectOutput(log.toFile())
                .start();
    }

    public int port() {
        return port;
    }

    /** For clients that do not wait by themselves. */
    public void awaitReady() throws InterruptedException, IOException {
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
        throw new AssertionError("etcd did not become ready:\n" + Files.readString(log));
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
