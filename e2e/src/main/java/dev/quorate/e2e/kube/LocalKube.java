package dev.quorate.e2e.kube;

import dev.quorate.e2e.kube.api.ApiServer;
import dev.quorate.e2e.kube.storage.Store;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;

/** A small Kubernetes API server that keeps its objects in one store node. */
public final class LocalKube implements AutoCloseable {
    private final String host;
    private final Store store;
    private final ApiServer server;

    private LocalKube(String host, Store store, ApiServer server) {
        this.host = host;
        this.store = store;
        this.server = server;
    }

    public static LocalKube start(LocalKubeConfig config) throws IOException {
        Store store = new Store(config.storeHost(), config.storePort());
        try {
            ApiServer server = new ApiServer(store, new InetSocketAddress(config.host(), config.port()));
            return new LocalKube(config.host(), store, server);
        } catch (IOException | RuntimeException failed) {
            store.close();
            throw failed;
        }
    }

    public int port() {
        return server.port();
    }

    public String url() {
        return "http://" + host + ":" + port();
    }

    public Path writeKubeconfig(Path file) throws IOException {
        String text = """
                apiVersion: v1
                kind: Config
                clusters: [{name: localkube, cluster: {server: "%s"}}]
                users: [{name: localkube, user: {token: anyone}}]
                contexts: [{name: localkube, context: {cluster: localkube, user: localkube, namespace: default}}]
                current-context: localkube
                """.formatted(url());
        return Files.writeString(file, text);
    }

    @Override
    public void close() {
        server.close();
        store.close();
    }

    /** Arguments: the store's host:port, the port to listen on (0 = any), where to write the kubeconfig. */
    public static void main(String[] arguments) throws Exception {
        if (arguments.length != 3) {
            System.err.println("usage: LocalKube <store host:port> <port> <kubeconfig to write>");
            System.exit(2);
        }
        String[] store = arguments[0].split(":", 2);
        LocalKubeConfig config =
                new LocalKubeConfig("127.0.0.1", Integer.parseInt(arguments[1]), store[0], Integer.parseInt(store[1]));
        LocalKube kube = LocalKube.start(config);
        Runtime.getRuntime().addShutdownHook(new Thread(kube::close));
        System.out.println(
                "LocalKube serves " + kube.url() + ", kubeconfig " + kube.writeKubeconfig(Path.of(arguments[2])));
        Thread.currentThread().join();
    }
}
