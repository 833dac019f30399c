package dev.quorate.store.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.quorate.store.Bytes;
import dev.quorate.store.mvcc.KeyValue;
import dev.quorate.store.mvcc.Revision;
import dev.quorate.store.node.port.SnapshotStore;
import dev.quorate.store.snapshot.BoltFile;
import dev.quorate.store.snapshot.ToldState;
import dev.quorate.store.state.Outcome;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.DigestOutputStream;
import java.security.MessageDigest;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Snapshots that may come from anywhere: with users, without keys, large, with revisions far apart. */
class RestoreOddSnapshotsTest {
    @TempDir
    Path folder;

    private final ByteArrayOutputStream said = new ByteArrayOutputStream();

    @Test
    void usersAreNotSilentlyLost() throws Exception {
        saved(records -> records.fact(Bytes.utf8("authUsers/root"), Bytes.utf8("somebody")));
        assertThat(restore()).isEqualTo(Main.BAD_CONFIGURATION);
        assertThat(said.toString(StandardCharsets.UTF_8)).contains("has users and roles");
        assertThat(folder.resolve("solo/restoring.json")).doesNotExist();
        assertThat(folder.resolve("solo/member/vlog")).doesNotExist();
    }

    /** Compactions leave only some versions of long ago, and a restore of before a step and an entry without a key. */
    @Test
    void revisionsMayBeFarApart() throws Exception {
        int versions = 5_000;
        long step = 600_000;
        long bumped = 1L << 40;
        saved(records -> {
            for (int i = 0; i < versions; i++) put(records, "k" + i, 2 + i * step, Bytes.utf8("v" + i));
            records.version(new Revision(bumped, 0), false, Bytes.EMPTY);
        });
        assertThat(restore()).as(said.toString(StandardCharsets.UTF_8)).isZero();
        try (TestMember member = new TestMember(flags())) {
            for (int i = 0; i < versions; i += 97)
                assertThat(member.local("k" + i)).isEqualTo("v" + i);
            assertThat(member.put("k", "v")).isEqualTo(new Outcome.PutDone(bumped + 1, Bytes.EMPTY));
        }
        try (TestMember member = new TestMember(flags())) {
            assertThat(member.get("k")).isEqualTo("v");
            assertThat(member.local("k4999")).isEqualTo("v4999");
        }
    }

    @Test
    void severalFilesOfValuesAndNoneAtAll() throws Exception {
        int values = 150;
        byte[] value = new byte[1 << 19];
        saved(records -> {
            for (int i = 0; i < values; i++) {
                value[0] = (byte) i;
                put(records, "k" + i, 2 + i, Bytes.wrap(value.clone()));
            }
        });
        assertThat(restore()).as(said.toString(StandardCharsets.UTF_8)).isZero();
        try (TestMember member = new TestMember(flags())) {
            for (int i = 0; i < values; i++)
                assertThat(member.node()
                                .state()
                                .view()
                                .get(Bytes.utf8("k" + i))
                                .orElseThrow()
                                .value()
                                .shared()[0])
                        .isEqualTo((byte) i);
        }
        TestFolders.delete(folder.resolve("solo"));

        saved(records -> {});
        assertThat(restore()).as(said.toString(StandardCharsets.UTF_8)).isZero();
        try (TestMember member = new TestMember(flags())) {
            assertThat(member.put("k", "v")).isEqualTo(new Outcome.PutDone(2, Bytes.EMPTY));
        }
    }

    private static void put(SnapshotStore.Records records, String key, long revision, Bytes value) throws IOException {
        KeyValue kv = new KeyValue(Bytes.utf8(key), revision, revision, 1, value, 0);
        records.version(new Revision(revision, 0), false, kv.encoded());
    }

    /** The addresses are of no matter: who they are says the directory. */
    private List<String> flags() throws IOException {
        return TestMember.soloFlags(folder);
    }

    private int restore() {
        PrintStream out = new PrintStream(said, true, StandardCharsets.UTF_8);
        List<String> arguments = List.of(
                "restore", folder.resolve("db").toString(), "--name=solo", "--data-dir=" + folder.resolve("solo"));
        return Main.run(arguments, Map.of("ETCD_INITIAL_CLUSTER", "solo=http://localhost:2380"), out, out);
    }

    private void saved(ToldState.Content content) throws Exception {
        MessageDigest hash = MessageDigest.getInstance("SHA-256");
        try (BoltFile file = new BoltFile(new ToldState(content), (at, encoded) -> false, "3.7.0");
                OutputStream out = Files.newOutputStream(folder.resolve("db"));
                DigestOutputStream digested = new DigestOutputStream(out, hash)) {
            file.writeTo(piece -> digested.write(piece.array(), piece.position(), piece.remaining()));
            out.write(hash.digest());
        }
    }
}
