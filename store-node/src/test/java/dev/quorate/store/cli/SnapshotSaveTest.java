package dev.quorate.store.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.google.protobuf.ByteString;
import dev.quorate.proto.etcdserverpb.SnapshotResponse;
import dev.quorate.store.Bytes;
import dev.quorate.store.FreePorts;
import dev.quorate.store.mvcc.Revision;
import dev.quorate.store.snapshot.BoltReader;
import java.io.ByteArrayOutputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.Base64;
import java.util.Iterator;
import java.util.SortedMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What {@code etcdctl snapshot save} gets, and with {@code -Detcd=PATH} what the real {@code etcdutl} says to it. */
class SnapshotSaveTest {
    private static final int HASH_BYTES = 32;
    private static final Pattern BLOB = Pattern.compile("\"blob\":\"([^\"]*)\"");
    private static final long CALL_MILLIS = 20_000;

    @TempDir
    Path folder;

    @Test
    void aSnapshotIsAnEtcdDatabaseWithItsHash() throws Exception {
        int port = FreePorts.take(1).getFirst();
        int clientPort = FreePorts.take(1).getFirst();
        int metricsPort = FreePorts.take(1).getFirst();
        String metrics = "--listen-metrics-urls=http://127.0.0.1:" + metricsPort;
        TestProcess member = new TestProcess("a", port, clientPort, folder, "a=http://127.0.0.1:" + port, metrics);
        try {
            member.start();
            member.awaitReady();
            for (int i = 0; i < 50; i++) member.put("k" + i % 20, "v".repeat(1 + i * 200), CALL_MILLIS);
            member.delete("k3", CALL_MILLIS);
            byte[] saved = save(member.snapshot(CALL_MILLIS));
            SortedMap<String, SortedMap<Bytes, Bytes>> buckets = BoltReader.read(saved);
            assertThat(buckets.get("key")).hasSize(51);
            assertThat(buckets.get("key").lastKey()).isEqualTo(new Revision(52, 0).bucketKey(true));
            assertThat(buckets.get("members")).hasSize(1);
            assertThat(buckets.get("meta").keySet()).contains(Bytes.utf8("consistent_index"), Bytes.utf8("confState"));
            assertThat(overTheGateway(clientPort)).isEqualTo(Files.readAllBytes(folder.resolve("saved.db")));
            assertThat(overTheGateway(metricsPort))
                    .as("for everybody who may see the metrics")
                    .isEmpty();
            assertThat(overTheGateway(metricsPort)).isEmpty();
            restoreWithEtcdsTool();
        } finally {
            member.close();
        }
    }

    /** Returns the file without its hash, which was right. */
    private byte[] save(Iterator<SnapshotResponse> responses) throws Exception {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        ByteString hash = ByteString.EMPTY;
        long remaining = -1;
        while (responses.hasNext()) {
            SnapshotResponse next = responses.next();
            if (hash.size() > 0) hash.writeTo(bytes);
            hash = next.getBlob();
            remaining = next.getRemainingBytes();
        }
        assertThat(remaining).isZero();
        assertThat(hash.size()).isEqualTo(HASH_BYTES);
        byte[] file = bytes.toByteArray();
        assertThat(hash.toByteArray())
                .isEqualTo(MessageDigest.getInstance("SHA-256").digest(file));
        hash.writeTo(bytes);
        Files.write(folder.resolve("saved.db"), bytes.toByteArray());
        return file;
    }

    /** In lines, each with a piece. */
    private static byte[] overTheGateway(int clientPort) throws Exception {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        URI url = URI.create("http://127.0.0.1:" + clientPort + "/v3/maintenance/snapshot");
        try (HttpClient client = HttpClient.newHttpClient()) {
            HttpRequest request = HttpRequest.newBuilder(url)
                    .POST(BodyPublishers.ofString("{}"))
                    .build();
            client.send(request, BodyHandlers.ofLines()).body().forEach(line -> {
                Matcher blob = BLOB.matcher(line);
                if (blob.find()) bytes.writeBytes(Base64.getDecoder().decode(blob.group(1)));
            });
        }
        return bytes.toByteArray();
    }

    private void restoreWithEtcdsTool() throws Exception {
        String etcd = System.getProperty("etcd", "");
        Path tool = Path.of(etcd).resolveSibling("etcdutl");
        if (etcd.isEmpty()) return;
        assumeTrue(Files.isExecutable(tool), "there is no " + tool);
        Process restore = new ProcessBuilder(
                        tool.toString(),
                        "snapshot",
                        "restore",
                        folder.resolve("saved.db").toString(),
                        "--data-dir=" + folder.resolve("restored"))
                .redirectErrorStream(true)
                .start();
        String said = new String(restore.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(restore.waitFor()).as(said).isZero();
        assertThat(folder.resolve("restored/member/snap/db")).exists();
    }
}
