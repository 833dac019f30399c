package dev.quorate.store.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.quorate.proto.health.HealthCheckRequest;
import dev.quorate.proto.health.HealthCheckResponse.ServingStatus;
import dev.quorate.proto.health.HealthGrpc;
import dev.quorate.store.Bytes;
import dev.quorate.store.node.Limits;
import dev.quorate.store.node.NodeConfig.Keepalive;
import dev.quorate.store.ops.Ask;
import dev.quorate.store.ops.EventLoops;
import dev.quorate.store.ops.Page;
import io.grpc.ManagedChannel;
import io.grpc.netty.NettyChannelBuilder;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class SharedPortTest {
    private final EventLoops loops = EventLoops.start(2);
    private ClientPort port;

    @BeforeEach
    void open() throws IOException {
        ClientPort.Setup setup = new ClientPort.Setup(
                List.of(new HealthService(new NoNode()).bindService()),
                List.of(),
                SharedPortTest::echo,
                Limits.DEFAULT,
                new Keepalive(5_000, 7_200_000, 20_000),
                Optional.empty());
        port = ClientPort.open(List.of(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0)), loops, setup);
    }

    static CompletableFuture<Page> echo(Ask ask) {
        String text = ask.method() + " " + ask.path() + " " + ask.query();
        return CompletableFuture.supplyAsync(() -> new Page(200, "text/plain", Map.of(), Bytes.utf8(text)));
    }

    @AfterEach
    void close() {
        port.close();
        loops.close();
    }

    @Test
    void grpcAndHttpShareThePort() throws Exception {
        InetSocketAddress address = address();
        ManagedChannel channel =
                NettyChannelBuilder.forAddress(address).usePlaintext().build();
        try {
            assertThat(HealthGrpc.newBlockingStub(channel)
                            .check(HealthCheckRequest.getDefaultInstance())
                            .getStatus())
                    .isEqualTo(ServingStatus.NOT_SERVING);
        } finally {
            channel.shutdownNow();
        }
        try (HttpClient client =
                HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build()) {
            URI uri = URI.create("http://127.0.0.1:" + address.getPort() + "/readyz?exclude=a&exclude=b");
            for (int i = 0; i < 3; i++) {
                var response = client.send(HttpRequest.newBuilder(uri).build(), BodyHandlers.ofString());
                assertThat(response.body()).isEqualTo("GET /readyz {exclude=[a, b]}");
            }
        }
    }

    @Test
    void theFirstBytesMayComeOneByOne() throws IOException {
        try (Socket socket = new Socket(address().getAddress(), address().getPort())) {
            socket.setTcpNoDelay(true);
            for (byte b : "PUT /x HTTP/1.0\r\n\r\n".getBytes(StandardCharsets.US_ASCII)) {
                socket.getOutputStream().write(b);
                socket.getOutputStream().flush();
            }
            String answer = new String(socket.getInputStream().readAllBytes(), StandardCharsets.US_ASCII);
            assertThat(answer).startsWith("HTTP/1.1 200 OK").endsWith("\r\n\r\nPUT /x {}");
        }
    }

    @Test
    void requestsOfOneConnectionAreAnsweredInOrder() throws IOException {
        try (Socket socket = new Socket(address().getAddress(), address().getPort())) {
            String two = "GET /1 HTTP/1.1\r\nHost: a\r\n\r\nGET /2 HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n";
            socket.getOutputStream().write(two.getBytes(StandardCharsets.US_ASCII));
            String answers = new String(socket.getInputStream().readAllBytes(), StandardCharsets.US_ASCII);
            assertThat(answers).containsSubsequence("HTTP/1.1 200 OK", "GET /1 {}", "HTTP/1.1 200 OK", "GET /2 {}");
        }
    }

    @Test
    void closingThePortEndsHttpConnectionsToo() throws IOException {
        try (Socket socket = new Socket(address().getAddress(), address().getPort())) {
            socket.getOutputStream().write("GET /1 HTTP/1.1\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
            InputStream in = socket.getInputStream();
            assertThat(in.read()).isEqualTo('H');
            port.close();
            socket.setSoTimeout(5_000);
            in.readAllBytes();
        }
    }

    @Test
    void aTakenPortIsAnError() {
        ClientPort.Setup setup = new ClientPort.Setup(
                List.of(),
                List.of(),
                SharedPortTest::echo,
                Limits.DEFAULT,
                new Keepalive(5_000, 1, 1),
                Optional.empty());
        assertThatThrownBy(() -> ClientPort.open(List.of(address()), loops, setup))
                .isInstanceOf(IOException.class);
    }

    private InetSocketAddress address() {
        return (InetSocketAddress) port.addresses().getFirst();
    }
}
