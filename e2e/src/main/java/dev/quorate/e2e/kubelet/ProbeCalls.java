package dev.quorate.e2e.kubelet;

import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.ContainerPort;
import io.fabric8.kubernetes.api.model.HTTPGetAction;
import io.fabric8.kubernetes.api.model.IntOrString;
import io.fabric8.kubernetes.api.model.Probe;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.security.GeneralSecurityException;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509TrustManager;

/** Asks a container how it is: over HTTP, by connecting, or by running a command. */
final class ProbeCalls {
    private static final int SHOWN_BODY_CHARACTERS = 200;

    private final HttpClient http;

    ProbeCalls() {
        // As in Kubernetes, a probe over https does not check the certificate.
        http = HttpClient.newBuilder()
                .version(HttpClient.Version.HTTP_1_1)
                .followRedirects(HttpClient.Redirect.NEVER)
                .sslContext(trustingAll())
                .build();
    }

    /** What is wrong, or nothing. Blocks for at most the timeout of the probe. */
    Optional<String> ask(Probe probe, Container container, String address, ContainerRun run) {
        Duration timeout = Duration.ofSeconds(Objects.requireNonNullElse(probe.getTimeoutSeconds(), 1));
        try {
            if (probe.getHttpGet() != null) return http(probe.getHttpGet(), container, address, timeout);
            if (probe.getTcpSocket() != null)
                return connect(port(probe.getTcpSocket().getPort(), container), address, timeout);
            if (probe.getGrpc() != null) return connect(probe.getGrpc().getPort(), address, timeout);
            return exec(probe.getExec().getCommand(), timeout, run);
        } catch (IOException e) {
            return Optional.of(e.getClass().getSimpleName() + (e.getMessage() == null ? "" : ": " + e.getMessage()));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return Optional.of("interrupted");
        }
    }

    private Optional<String> http(HTTPGetAction get, Container container, String address, Duration timeout)
            throws IOException, InterruptedException {
        String scheme = "HTTPS".equals(get.getScheme()) ? "https" : "http";
        String host = get.getHost() == null || get.getHost().isEmpty() ? address : get.getHost();
        URI uri = URI.create(scheme + "://" + host + ":" + port(get.getPort(), container)
                + Objects.requireNonNullElse(get.getPath(), "/"));
        HttpRequest.Builder request = HttpRequest.newBuilder(uri).timeout(timeout);
        get.getHttpHeaders().forEach(header -> request.header(header.getName(), header.getValue()));
        HttpResponse<String> response = http.send(request.build(), HttpResponse.BodyHandlers.ofString());
        if (response.statusCode() >= 200 && response.statusCode() < 400) return Optional.empty();
        String body = response.body().strip();
        return Optional.of("HTTP probe failed with statuscode: " + response.statusCode() + " "
                + body.substring(0, Math.min(body.length(), SHOWN_BODY_CHARACTERS)));
    }

    private static Optional<String> connect(int port, String address, Duration timeout) throws IOException {
        try (Socket socket = new Socket()) {
            socket.connect(new InetSocketAddress(address, port), Math.toIntExact(timeout.toMillis()));
            return Optional.empty();
        }
    }

    private static Optional<String> exec(List<String> command, Duration timeout, ContainerRun run)
            throws IOException, InterruptedException {
        Process process = run.command(command)
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start();
        if (!process.waitFor(timeout.toMillis(), TimeUnit.MILLISECONDS)) {
            process.destroyForcibly();
            return Optional.of("command timed out");
        }
        return process.exitValue() == 0 ? Optional.empty() : Optional.of("command exited with " + process.exitValue());
    }

    private static int port(IntOrString port, Container container) {
        if (port.getStrVal() == null) return port.getIntVal();
        return container.getPorts().stream()
                .filter(known -> port.getStrVal().equals(known.getName()))
                .map(ContainerPort::getContainerPort)
                .findFirst()
                .orElseGet(() -> Integer.parseInt(port.getStrVal()));
    }

    private static SSLContext trustingAll() {
        try {
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(null, new TrustManager[] {new Trusting()}, null);
            return context;
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("this JVM has no TLS", e);
        }
    }

    private static final class Trusting implements X509TrustManager {
        @Override
        public void checkClientTrusted(X509Certificate[] chain, String authType) {}

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String authType) {}

        @Override
        public X509Certificate[] getAcceptedIssuers() {
            return new X509Certificate[0];
        }
    }
}
