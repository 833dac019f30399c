package dev.quorate.e2e.kube.api;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.quorate.e2e.kube.model.Refusal;
import java.io.IOException;
import java.io.OutputStream;
import java.lang.System.Logger.Level;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Function;

/** The HTTP/1.1 server: one virtual thread for each request, chunked streams for watches and logs. */
public final class HttpFront implements AutoCloseable {
    private static final System.Logger LOG = System.getLogger(HttpFront.class.getName());

    private final HttpServer server;
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();

    HttpFront(InetSocketAddress address, Function<ApiRequest, Reply> api) throws IOException {
        // Without it every small chunk of a watch waits for the acknowledgement of the one before.
        System.setProperty("sun.net.httpserver.nodelay", "true");
        server = HttpServer.create(address, 0);
        server.setExecutor(threads);
        server.createContext("/", exchange -> answer(exchange, api));
        server.start();
    }

    int port() {
        return server.getAddress().getPort();
    }

    private static void answer(HttpExchange exchange, Function<ApiRequest, Reply> api) throws IOException {
        try (exchange) {
            if ("websocket".equalsIgnoreCase(exchange.getRequestHeaders().getFirst("Upgrade"))) {
                // Clients that try a WebSocket first take this as: watch by plain HTTP instead. (A 503 they retry
                // first.)
                exchange.sendResponseHeaders(200, -1);
                return;
            }
            switch (reply(exchange, api)) {
                case Reply.Body body -> {
                    exchange.getResponseHeaders().set("Content-Type", body.contentType());
                    byte[] bytes = body.text().getBytes(StandardCharsets.UTF_8);
                    exchange.sendResponseHeaders(body.code(), bytes.length == 0 ? -1 : bytes.length);
                    exchange.getResponseBody().write(bytes);
                }
                case Reply.Stream stream -> stream(exchange, stream);
            }
        }
    }

    private static void stream(HttpExchange exchange, Reply.Stream stream) throws IOException {
        exchange.getResponseHeaders().set("Content-Type", stream.contentType());
        exchange.sendResponseHeaders(200, 0);
        try (OutputStream out = exchange.getResponseBody()) {
            out.flush();
            stream.writing().to(out);
        } catch (InterruptedException stopping) {
            Thread.currentThread().interrupt();
        }
    }

    private static Reply reply(HttpExchange exchange, Function<ApiRequest, Reply> api) throws IOException {
        try {
            return api.apply(ApiRequest.read(exchange));
        } catch (Refusal refusal) {
            return Reply.json(refusal.code(), refusal.status());
        } catch (RuntimeException broken) {
            LOG.log(Level.ERROR, exchange.getRequestMethod() + " " + exchange.getRequestURI(), broken);
            Refusal refusal = new Refusal(500, "InternalError", "Internal error occurred: " + broken);
            return Reply.json(refusal.code(), refusal.status());
        }
    }

    @Override
    public void close() {
        server.stop(0);
        threads.shutdownNow();
    }
}
