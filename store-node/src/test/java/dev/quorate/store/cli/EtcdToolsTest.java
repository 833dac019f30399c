package dev.quorate.store.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.google.protobuf.ByteString;
import dev.quorate.proto.etcdserverpb.SnapshotResponse;
import dev.quorate.store.FreePorts;
import dev.quorate.store.raft.Entry;
import dev.quorate.store.raft.EntryKind;
import dev.quorate.store.wal.Recovered;
import dev.quorate.store.wal.Wal;
import dev.quorate.store.wal.WalOptions;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Iterator;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** With {@code -Detcd=PATH}: what {@code etcdutl backup} makes of the write-ahead log of a killed member. */
class EtcdToolsTest {
    private static final WalOptions AS_ETCD = new WalOptions(64_000_000, false, nanos -> {});
    private static final long CALL_MILLIS = 20_000;
    private static final int PUTS = 100;

    @TempDir
    Path folder;

    /** It reads with etcd's reader, takes out what names the members, and writes the rest with etcd's writer. */
    @Test
    void aBackupOfALogHasItsEntries() throws Exception {
        String etcd = System.getProperty("etcd", "");
        Path tool = Path.of(etcd).resolveSibling("etcdutl");
        assumeTrue(!etcd.isEmpty() && Files.isExecutable(tool), "there is no " + tool);
        runAndKill();
        Path log = folder.resolve("a/member/wal");
        Path backup = folder.resolve("backup");
        Process process = new ProcessBuilder(
                        tool.toString(),
                        "backup",
                        "--data-dir=" + folder.resolve("database"),
                        "--wal-dir=" + log,
                        "--backup-dir=" + backup)
                .redirectErrorStream(true)
                .start();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as(said).isZero();

        Recovered ours = read(log, WalOptions.DEFAULT);
        Recovered theirs = read(backup.resolve("member/wal"), AS_ETCD);
        assertThat(theirs.metadata()).isEqualTo(ours.metadata());
        assertThat(theirs.hardState()).isEqualTo(ours.hardState());
        List<Entry> all = ours.entries();
        assertThat(theirs.entries()).hasSameSizeAs(all).hasSizeGreaterThan(PUTS);
        assertThat(theirs.entries().stream().map(Entry::id))
                .containsExactlyElementsOf(all.stream().map(Entry::id).toList());
        assertThat(theirs.entries().subList(all.size() - PUTS, all.size()))
                .isEqualTo(all.subList(all.size() - PUTS, all.size()))
                .allMatch(entry -> entry.kind() == EntryKind.NORMAL);
    }

    private void runAndKill() throws Exception {
        int port = FreePorts.take(1).getFirst();
        int clientPort = FreePorts.take(1).getFirst();
        TestProcess member =
                new TestProcess("a", port, clientPort, folder, "a=http://127.0.0.1:" + port, "--snapshot-count=20");
        try {
            member.start();
            member.awaitReady();
            save(member.snapshot(CALL_MILLIS));
            for (int i = 0; i < PUTS; i++) member.put("k" + i, "v".repeat(i * 100), CALL_MILLIS);
            member.kill();
        } finally {
            member.close();
        }
    }

    /** The tool wants a database beside the log. */
    private void save(Iterator<SnapshotResponse> responses) throws IOException {
        Path file = folder.resolve("database/member/snap/db");
        Files.createDirectories(file.getParent());
        try (OutputStream out = Files.newOutputStream(file)) {
            while (responses.hasNext()) {
                ByteString blob = responses.next().getBlob();
                blob.writeTo(out);
            }
        }
    }

    private static Recovered read(Path directory, WalOptions options) throws IOException {
        try (Wal wal = Wal.open(directory, options)) {
            return wal.recovered();
        }
    }
}
