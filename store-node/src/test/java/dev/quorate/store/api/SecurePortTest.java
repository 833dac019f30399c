package dev.quorate.store.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.quorate.proto.health.HealthCheckRequest;
import dev.quorate.proto.health.HealthCheckResponse.ServingStatus;
import dev.quorate.proto.health.HealthGrpc;
import dev.quorate.store.node.Limits;
import dev.quorate.store.node.NodeConfig;
import dev.quorate.store.node.NodeConfig.Keepalive;
import dev.quorate.store.ops.EventLoops;
import dev.quorate.store.tls.Certificates;
import dev.quorate.store.tls.TestCertificates;
import io.grpc.ManagedChannel;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.GrpcSslContexts;
import io.grpc.netty.NettyChannelBuilder;
import io.grpc.util.AdvancedTlsX509TrustManager;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManager;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SecurePortTest {
    @TempDir
    Path folder;

    private final EventLoops loops = EventLoops.start(2);
    private TestCertificates certificates;
    private @Nullable ClientPort port;

    @BeforeEach
    void make() throws Exception {
        certificates = new TestCertificates(folder);
    }

    @AfterEach
    void close() {
        if (port != null) port.close();
        loops.close();
    }

    private int open(NodeConfig.Tls tls) throws IOException {
        ClientPort opened = ClientPort.open(
                List.of(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0)),
                loops,
                new ClientPort.Setup(
                        List.of(new HealthService(new NoNode()).bindService()),
                        List.of(),
                        SharedPortTest::echo,
                        Limits.DEFAULT,
                        new Keepalive(5_000, 7_200_000, 20_000),
                        Optional.of(Certificates.forClients(tls))));
        port = opened;
        return ((InetSocketAddress) opened.addresses().getFirst()).getPort();
    }

    private ServingStatus ask(int to, boolean withCertificate) throws IOException {
        var tls = GrpcSslContexts.forClient().trustManager(certificates.ca().toFile());
        if (withCertificate)
            tls.keyManager(
                    certificates.certificate().toFile(), certificates.key().toFile());
        ManagedChannel channel = NettyChannelBuilder.forAddress("127.0.0.1", to)
                .sslContext(tls.build())
                .build();
        try {
            return HealthGrpc.newBlockingStub(channel)
                    .withDeadlineAfter(5, TimeUnit.SECONDS)
                    .check(HealthCheckRequest.getDefaultInstance())
                    .getStatus();
        } finally {
            channel.shutdownNow();
        }
    }

    @Test
    void grpcAndHttpShareTheSecurePort() throws Exception {
        int at = open(certificates.server(false));
        assertThat(ask(at, false)).isEqualTo(ServingStatus.NOT_SERVING);
        // Offers both protocols, as probes and scrapers do, and is not led into gRPC's.
        try (HttpClient client = HttpClient.newBuilder().sslContext(trusting()).build()) {
            HttpResponse<String> response = client.send(
                    HttpRequest.newBuilder(URI.create("https://127.0.0.1:" + at + "/health"))
                            .build(),
                    BodyHandlers.ofString());
            assertThat(response.body()).isEqualTo("GET /health {}");
            assertThat(response.version()).isEqualTo(HttpClient.Version.HTTP_1_1);
        }
    }

    @Test
    void plainTextIsNotUnderstood() throws Exception {
        int at = open(certificates.server(false));
        try (Socket socket = new Socket("127.0.0.1", at)) {
            socket.setSoTimeout(5_000);
            socket.getOutputStream().write("GET /health HTTP/1.1\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
            assertThat(new String(socket.getInputStream().readAllBytes(), StandardCharsets.US_ASCII))
                    .doesNotContain("200");
        }
    }

    @Test
    void whoNamesACaWantsCertificates() throws Exception {
        int at = open(certificates.server(true));
        assertThat(ask(at, true)).isEqualTo(ServingStatus.NOT_SERVING);
        assertThatThrownBy(() -> ask(at, false)).isInstanceOf(StatusRuntimeException.class);
    }

    @Test
    void aKeyThatCannotBeUsedIsToldWithWhatToDo() {
        NodeConfig.Tls mixedUp = new NodeConfig.Tls(
                certificates.certificate().toString(), certificates.ca().toString(), "", false, "", "");
        assertThatThrownBy(() -> Certificates.forClients(mixedUp))
                .isInstanceOf(IOException.class)
                .hasMessageContaining(certificates.ca().toString())
                .hasMessageContaining("PRIVATE KEY");
    }

    private SSLContext trusting() throws IOException, GeneralSecurityException {
        var trust = AdvancedTlsX509TrustManager.newBuilder().build();
        trust.updateTrustCredentials(certificates.ca().toFile());
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(null, new TrustManager[] {trust}, null);
        return context;
    }
}
