package dev.quorate.operator;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.function.BooleanSupplier;

/** Tells the kubelet that this process lives, and when it is ready to reconcile. */
final class HealthEndpoint implements AutoCloseable {
    private static final int OK = 200;
    private static final int UNAVAILABLE = 503;

    private final HttpServer server;

    HealthEndpoint(int port, BooleanSupplier healthy) throws IOException {
        server = HttpServer.create(new InetSocketAddress(port), 0);
        server.createContext("/healthz", exchange -> answer(exchange, healthy.getAsBoolean()));
        server.createContext("/readyz", exchange -> answer(exchange, true));
        server.start();
    }

    private static void answer(HttpExchange exchange, boolean good) throws IOException {
        byte[] text = (good ? "ok\n" : "an informer stopped\n").getBytes(StandardCharsets.UTF_8);
        exchange.sendResponseHeaders(good ? OK : UNAVAILABLE, text.length);
        try (OutputStream body = exchange.getResponseBody()) {
            body.write(text);
        }
    }

    @Override
    public void close() {
        server.stop(0);
    }
}
