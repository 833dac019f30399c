package dev.quorate.store.ops;

import static org.assertj.core.api.Assertions.assertThat;

import dev.quorate.store.Bytes;
import java.io.DataInputStream;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Function;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Real sockets: pages that go on, readers that take their time, clients that leave. */
class HttpConversationTest {
    private static final int PIECE_BYTES = 1 << 16;
    private static final int PIECES = 2_000;
    private static final long STILL_NANOS = TimeUnit.MILLISECONDS.toNanos(300);

    private final EventLoops loops = EventLoops.start(2);
    private final ExecutorService service = Executors.newSingleThreadExecutor();

    @AfterEach
    void stop() {
        service.shutdownNow();
        loops.close();
    }

    @Test
    void whoWritesWaitsForWhoReadsAndTheNextPageForTheEnd() throws Exception {
        Pieces stream = new Pieces();
        try (HttpListener listener = open(stream);
                Socket socket = ask(listener, "GET /stream HTTP/1.1\r\n\r\nGET /page HTTP/1.1\r\n\r\n")) {
            awaitStandstill(stream);
            assertThat(stream.written).isBetween(1, PIECES / 2);

            DataInputStream in = new DataInputStream(socket.getInputStream());
            assertThat(head(in)).contains("transfer-encoding: chunked").doesNotContain("content-length");
            assertThat(chunk(in)).isEqualTo("begin".getBytes(StandardCharsets.US_ASCII));
            for (int i = 0; i < PIECES; i++) assertThat(chunk(in)).isEqualTo(piece(i));
            assertThat(chunk(in)).isEmpty();
            assertThat(head(in)).contains("content-length: 4");
        }
    }

    @Test
    void aClientThatLeavesEndsWhatItAskedFor() throws Exception {
        Pieces stream = new Pieces();
        CompletableFuture<Page> never = new CompletableFuture<>();
        try (HttpListener listener = open(stream);
                HttpListener waiting = HttpListener.open(any(), loops, Optional.empty(), ask -> never)) {
            Socket reader = ask(listener, "GET /stream HTTP/1.1\r\n\r\n");
            awaitStandstill(stream);
            reader.close();
            assertThat(stream.cancelled.get(20, TimeUnit.SECONDS)).isTrue();

            ask(waiting, "GET /stream HTTP/1.1\r\n\r\n").close();
            assertThat(never.handle((page, failure) -> never.isCancelled()).get(20, TimeUnit.SECONDS))
                    .isTrue();
        }
    }

    @Test
    void anOldClientReadsToTheEndOfTheConnection() throws Exception {
        try (HttpListener listener = open(new Pieces());
                Socket socket = ask(listener, "GET /stream HTTP/1.0\r\nConnection: keep-alive\r\n\r\n")) {
            DataInputStream in = new DataInputStream(socket.getInputStream());
            assertThat(head(in)).contains("connection: close").doesNotContain("chunked");
            assertThat(in.readAllBytes()).hasSize("begin".length() + PIECES * PIECE_BYTES);
        }
    }

    private HttpListener open(Pieces stream) throws IOException {
        Page begun = new Page(200, "text/plain", Map.of(), Bytes.utf8("begin"), Optional.of(stream));
        Function<Ask, CompletableFuture<Page>> pages = ask ->
                CompletableFuture.completedFuture(ask.path().equals("/stream") ? begun : Page.plain(200, "page"));
        return HttpListener.open(any(), loops, Optional.empty(), pages);
    }

    private static InetSocketAddress any() {
        return new InetSocketAddress("127.0.0.1", 0);
    }

    private static Socket ask(HttpListener listener, String request) throws IOException {
        Socket socket = new Socket();
        socket.setReceiveBufferSize(PIECE_BYTES);
        socket.connect(listener.address());
        socket.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
        return socket;
    }

    private static void awaitStandstill(Pieces stream) {
        int before = -1;
        while (before != stream.written || before == 0) {
            before = stream.written;
            LockSupport.parkNanos(STILL_NANOS);
        }
    }

    private static String head(DataInputStream in) throws IOException {
        StringBuilder head = new StringBuilder();
        while (!head.toString().endsWith("\r\n\r\n")) head.append((char) in.readUnsignedByte());
        return head.toString().toLowerCase(Locale.ROOT);
    }

    private static byte[] chunk(DataInputStream in) throws IOException {
        StringBuilder size = new StringBuilder();
        while (!size.toString().endsWith("\r\n")) size.append((char) in.readUnsignedByte());
        byte[] bytes = in.readNBytes(Integer.parseInt(size.toString().strip(), 16));
        in.skipNBytes(2);
        return bytes;
    }

    private static byte[] piece(int number) {
        byte[] bytes = new byte[PIECE_BYTES];
        Arrays.fill(bytes, (byte) number);
        return bytes;
    }

    /** Writes on a thread of its own, as a service does. */
    private final class Pieces implements PageStream {
        final CompletableFuture<Boolean> cancelled = new CompletableFuture<>();
        volatile int written;
        private volatile Out out;

        @Override
        public void begin(Out to) {
            out = to;
            ready();
        }

        @Override
        public void ready() {
            service.execute(() -> {
                while (written < PIECES && out.isReady()) {
                    out.write(Bytes.wrap(piece(written)));
                    written++;
                    if (written == PIECES) out.end();
                }
            });
        }

        @Override
        public void cancel() {
            cancelled.complete(true);
        }
    }
}
