package dev.quorate.store.cli;

import static dev.quorate.store.cli.TestMember.await;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.quorate.store.Bytes;
import dev.quorate.store.FreePorts;
import dev.quorate.store.datadir.Births;
import dev.quorate.store.datadir.Fence;
import dev.quorate.store.datadir.Folders;
import dev.quorate.store.mvcc.HashResult;
import dev.quorate.store.mvcc.KeyRange;
import dev.quorate.store.mvcc.KeyValue;
import dev.quorate.store.mvcc.RangeQuery;
import dev.quorate.store.mvcc.RangeResult;
import dev.quorate.store.node.LocalStatus.State;
import dev.quorate.store.node.NodeConfig;
import dev.quorate.store.node.port.Meters;
import dev.quorate.store.node.port.SnapshotStore;
import dev.quorate.store.state.Command;
import dev.quorate.store.state.Op;
import dev.quorate.store.state.Outcome;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * {@code store-node restore}: from a snapshot of an etcd 3.5.30, and from those of members.
 *
 * <p>etcd's was made by puts of k1 to k5, k1 again, deletes of k2 and k5, k2 anew, a lease with a key and one without, a
 * value of three pages, one transaction that wrote three keys and deleted k4, a compaction to 9, k1 a third time and a
 * delete; the hashes are what that etcd said of itself.
 */
class RestoreTest {
    private static final int LAST_PAGE_OF_KEYS = 3;
    private static final long COMPACTED = 9;
    private static final long NEWEST = 15;
    private static final Map<Long, Integer> HASHES =
            Map.of(10L, (int) 3251936708L, 12L, (int) 2868733561L, NEWEST, (int) 2681943023L);

    @TempDir
    Path folder;

    private final List<TestMember> members = new ArrayList<>();
    private final List<Integer> ports = new ArrayList<>();
    private final ByteArrayOutputStream said = new ByteArrayOutputStream();
    private Path etcds;

    @BeforeEach
    void unpack() throws IOException {
        ports.addAll(FreePorts.take(4));
        etcds = folder.resolve("etcd.db");
        InputStream packed = Objects.requireNonNull(getClass().getResourceAsStream("/restore/etcd-3.5.30.db.gz"));
        try (InputStream in = new GZIPInputStream(packed)) {
            Files.copy(in, etcds);
        }
    }

    @AfterEach
    void close() {
        members.forEach(TestMember::close);
    }

    @Test
    void everyVersionOfAnEtcdThatCountsIsThere() throws Exception {
        assertThat(restore(etcds, 0, 1)).as(said()).isZero();
        TestMember member = started(0, 1);
        HASHES.forEach(
                (revision, hash) -> assertThat(member.node().state().view().hashKv(revision))
                        .isEqualTo(new HashResult.Hash(hash, COMPACTED, revision)));
        assertThat(member.get("k1")).isEqualTo("third-1");
        assertThat(member.get("k2")).isEqualTo("again-2");
        assertThat(member.get("large")).hasSize(9_000);
        assertThat(keys(member)).containsExactly("k1", "k2", "k3", "large", "leased", "t1", "t1x");
        assertThat(member.node().state().leases().all()).hasSize(2);
        assertThat(member.put("k9", "v")).isEqualTo(new Outcome.PutDone(NEWEST + 1, Bytes.EMPTY));
        assertThat(said()).contains("restored revision=15 compacted=9").contains("leases=2");

        member.propose(new Command.LeaseRevoke(member.node().state().leases().leaseOf(Bytes.utf8("leased"))));
        assertThat(member.get("leased")).isEmpty();
    }

    /** Who watched the cluster of before may know revisions that the snapshot does not. */
    @Test
    void revisionsGoOnWhereNobodyHasBeen() throws Exception {
        long bump = 5_000_000_000L;
        assertThat(restore(etcds, 0, 1, "--bump-revision", "" + bump, "--mark-compacted"))
                .as(said())
                .isZero();
        TestMember member = started(0, 1);
        assertThat(keys(member)).containsExactly("k1", "k2", "k3", "large", "leased", "t1", "t1x");
        assertThat(member.node().state().view().hashKv(NEWEST)).isEqualTo(new HashResult.Compacted(NEWEST + bump));
        assertThat(member.put("k1", "v")).isEqualTo(new Outcome.PutDone(NEWEST + bump + 1, Bytes.EMPTY));
        member.close();
        members.clear();

        TestMember again = started(0, 1);
        assertThat(again.get("k1")).isEqualTo("v");
        assertThat(again.put("k2", "v")).isEqualTo(new Outcome.PutDone(NEWEST + bump + 2, Bytes.EMPTY));

        Path second = saved(again);
        assertThat(restore(second, 1, 1, "--bump-revision=7", "--mark-compacted=true"))
                .as(said())
                .isZero();
        TestMember copy = started(1, 1);
        assertThat(keys(copy)).isEqualTo(keys(again));
        assertThat(copy.put("k2", "w")).isEqualTo(new Outcome.PutDone(NEWEST + bump + 2 + 7 + 1, Bytes.EMPTY));
    }

    /** And who is added later gets the state: the log does not lead to it. */
    @Test
    void threeWhoRestoreTheSameAreACluster() throws Exception {
        for (int i = 0; i < 3; i++) assertThat(restore(etcds, i, 3)).as(said()).isZero();
        for (int i = 0; i < 3; i++) started(i, 3);
        for (TestMember member : members) assertThat(member.get("k1")).isEqualTo("third-1");
        assertThat(members.getFirst().put("k1", "fourth-1")).isInstanceOf(Outcome.PutDone.class);
        for (TestMember member : members) assertThat(member.get("k1")).isEqualTo("fourth-1");

        String url = "http://127.0.0.1:" + ports.get(3);
        await(
                "everybody has been connected for long enough",
                () -> members.getFirst()
                                .node()
                                .calls()
                                .addMember(List.of(url), true)
                                .join()
                        instanceof Outcome.MembersChanged);
        List<String> flags = TestMember.flags("m3", ports.get(3), folder, "--initial-cluster-state=existing");
        flags.add("--initial-cluster=" + listed(3) + ",m3=" + url);
        TestMember learner = new TestMember(flags);
        members.add(learner);
        await(
                "the state has come",
                () -> learner.process.node().isPresent() && keys(learner).equals(keys(members.getFirst())));
        assertThat(learner.local("large")).hasSize(9_000);
    }

    @Test
    void aSnapshotOfAMemberIsTheSameStateAgain() throws Exception {
        TestMember first = new TestMember(TestMember.soloFlags(folder));
        members.add(first);
        for (int i = 0; i < 500; i++) first.put("k" + i % 70, "v" + i);
        first.propose(new Op.DeleteRange(KeyRange.prefix(Bytes.utf8("k1")), false));
        first.propose(new Command.Compact(300, true));
        first.propose(new Command.LeaseGrant(77, 600));
        long revision = first.node().state().view().revision();

        assertThat(restore(saved(first), 0, 1)).as(said()).isZero();
        TestMember copy = started(0, 1);
        for (long at : List.of(300L, 301L, revision - 1, revision))
            assertThat(copy.node().state().view().hashKv(at))
                    .isEqualTo(first.node().state().view().hashKv(at));
        assertThat(copy.node().state().leases().all())
                .isEqualTo(first.node().state().leases().all());
        assertThat(copy.node().identity().clusterId())
                .isNotEqualTo(first.node().identity().clusterId());
    }

    @Test
    void whatIsThereStaysAndTheSameAgainChangesNothing() throws Exception {
        assertThat(restore(etcds, 0, 1)).as(said()).isZero();
        TestMember member = started(0, 1);
        member.put("since", "then");
        member.close();
        members.clear();

        assertThat(restore(etcds, 0, 1)).as(said()).isZero();
        assertThat(said()).contains("has been restored before");
        assertThat(restore(etcds, 0, 1, "--bump-revision=9", "--mark-compacted"))
                .isEqualTo(Main.BAD_CONFIGURATION);
        assertThat(said()).contains("there is data in").contains("m0");
        assertThat(started(0, 1).get("since")).isEqualTo("then");
    }

    /** Here by a page that cannot be read, when much has been written already. */
    @Test
    void aRestoreThatWasCutOffIsNobodysAndBeginsAnew() throws Exception {
        byte[] whole = Files.readAllBytes(etcds);
        byte[] damaged = whole.clone();
        damaged[LAST_PAGE_OF_KEYS * 4096] ^= 1;
        Files.write(etcds, damaged);
        String log = "--wal-dir=" + folder.resolve("log");
        assertThat(restore(etcds, 0, 1, log, "--skip-hash-check")).isEqualTo(Main.BAD_CONFIGURATION);
        assertThat(said()).contains("is damaged at page " + LAST_PAGE_OF_KEYS);

        List<String> flags = flags(0, 1);
        flags.add(log);
        NodeConfig config = new ConfigReader(Flags.parse(flags, Map.of())).read();
        assertThatThrownBy(() -> new Births(config, Folders.of(config.storage(), new Meters())).present())
                .isInstanceOf(IOException.class)
                .hasMessageContaining("was cut off: run it again");
        Files.write(etcds, whole);
        assertThat(restore(etcds, 0, 1)).isEqualTo(Main.BAD_CONFIGURATION);
        assertThat(said()).contains("had its log in").contains("--wal-dir");
        assertThat(restore(etcds, 0, 1, log)).as(said()).isZero();
        try (TestMember member = new TestMember(flags)) {
            assertThat(member.get("k1")).isEqualTo("third-1");
        }
    }

    /** It was never elected in, but there is a state that it belongs to. */
    @Test
    void theLogOfARestoredMemberIsNotThrownAwayWithoutItsDirectory() throws Exception {
        String log = "--wal-dir=" + folder.resolve("log");
        assertThat(restore(etcds, 0, 1, log)).as(said()).isZero();
        TestFolders.delete(folder.resolve("m0"));
        List<String> flags = flags(0, 1);
        flags.add(log);
        NodeConfig config = new ConfigReader(Flags.parse(flags, Map.of())).read();
        assertThatThrownBy(() -> new Births(config, Folders.of(config.storage(), new Meters())).present())
                .hasMessageContaining("bring the data directory back");
        assertThat(restore(etcds, 0, 1, log)).isEqualTo(Main.BAD_CONFIGURATION);
        assertThat(said()).contains("without its identity.json");
    }

    @Test
    void whatBelongsToAnotherLifeIsNotRestoredInto() throws Exception {
        assertThat(restore(etcds, 0, 1)).as(said()).isZero();
        TestFolders.delete(folder.resolve("m0/member/wal"));
        assertThat(restore(etcds, 0, 1)).isEqualTo(Main.BAD_CONFIGURATION);
        assertThat(said()).contains("its log is gone");

        Files.createDirectories(folder.resolve("m1"));
        Fence.write(folder.resolve("m1"), 3);
        assertThat(restore(etcds, 1, 1)).isEqualTo(Main.BAD_CONFIGURATION);
        assertThat(said()).contains("fence.json");
    }

    /** Those that were restored know each other by other ids than the list alone gives. */
    @Test
    void anEmptyMemberDoesNotFoundAClusterBesideTheRestoredOne() throws Exception {
        for (int i = 0; i < 2; i++) assertThat(restore(etcds, i, 3)).as(said()).isZero();
        for (int i = 0; i < 2; i++) started(i, 3);
        assertThat(members.getFirst().get("k1")).isEqualTo("third-1");
        TestMember empty = started(2, 3);
        await("it stays down", () -> empty.process.localStatus().state() == State.DATA_LOST);
        assertThat(empty.process.node()).isEmpty();
    }

    @Test
    void aFileThatIsNotWhatWasSavedIsRefused() throws Exception {
        byte[] whole = Files.readAllBytes(etcds);
        byte[] flipped = whole.clone();
        flipped[20_000] ^= 1;
        Files.write(etcds, flipped);
        assertThat(restore(etcds, 0, 1)).isEqualTo(Main.BAD_CONFIGURATION);
        assertThat(said()).contains("its SHA-256 is not the one at its end");

        Files.write(etcds, Arrays.copyOf(whole, whole.length - 32));
        assertThat(restore(etcds, 0, 1)).isEqualTo(Main.BAD_CONFIGURATION);
        assertThat(said()).contains("has no checksum").contains("--skip-hash-check");

        Files.write(etcds, Arrays.copyOf(whole, 8_192));
        assertThat(restore(etcds, 0, 1, "--skip-hash-check")).isEqualTo(Main.BAD_CONFIGURATION);
        assertThat(said()).contains("is cut off");
        assertThat(folder.resolve("m0/identity.json")).doesNotExist();

        Files.write(etcds, Arrays.copyOf(whole, whole.length - 32));
        assertThat(restore(etcds, 0, 1, "--skip-hash-check")).as(said()).isZero();
        assertThat(started(0, 1).get("k1")).isEqualTo("third-1");
    }

    @Test
    void flagsThatMakeNoSenseAreNamed() {
        assertThat(restore(etcds, 0, 1, "--bump-revision=7")).isEqualTo(Main.BAD_FLAGS);
        assertThat(said()).contains("belong together");
        assertThat(restore(etcds, 0, 1, "--bump-revision=-7", "--mark-compacted"))
                .isEqualTo(Main.BAD_FLAGS);
        assertThat(said()).contains("above 0");
        assertThat(restore(etcds, 0, 1, "--bump-revision=many", "--mark-compacted"))
                .isEqualTo(Main.BAD_FLAGS);
        assertThat(said()).contains("invalid value");
        assertThat(run(List.of("--bump-revision=7"))).isEqualTo(Main.BAD_FLAGS);
        assertThat(said()).contains("is one of store-node restore");
        assertThat(restore(etcds, 0, 1, "--auto-compaction-mode=revision")).isEqualTo(Main.BAD_FLAGS);
        assertThat(said()).contains("--auto-compaction-mode is none of restore");
        assertThat(run(List.of("restore"))).isEqualTo(Main.BAD_FLAGS);
        assertThat(said()).contains("needs the snapshot's file");
        assertThat(restore(folder.resolve("nowhere"), 0, 1)).isEqualTo(Main.BAD_CONFIGURATION);
        assertThat(said()).contains("there is no file");
    }

    private int restore(Path file, int ordinal, int of, String... more) {
        List<String> arguments = new ArrayList<>(List.of(
                "restore",
                file.toString(),
                "--name=m" + ordinal,
                "--data-dir=" + folder.resolve("m" + ordinal),
                "--initial-advertise-peer-urls=http://127.0.0.1:" + ports.get(ordinal),
                "--initial-cluster=" + (of == 1 ? one(ordinal) : listed(of))));
        arguments.addAll(List.of(more));
        return run(arguments);
    }

    private int run(List<String> arguments) {
        said.reset();
        PrintStream out = new PrintStream(said, true, StandardCharsets.UTF_8);
        return Main.run(arguments, Map.of(), out, out);
    }

    private String said() {
        return said.toString(StandardCharsets.UTF_8);
    }

    private String one(int ordinal) {
        return "m" + ordinal + "=http://127.0.0.1:" + ports.get(ordinal);
    }

    private String listed(int count) {
        return IntStream.range(0, count).mapToObj(this::one).collect(Collectors.joining(","));
    }

    private TestMember started(int ordinal, int of) throws IOException {
        TestMember member = new TestMember(flags(ordinal, of));
        members.add(member);
        return member;
    }

    private List<String> flags(int ordinal, int of) {
        String cluster = "--initial-cluster=" + (of == 1 ? one(ordinal) : listed(of));
        return TestMember.flags("m" + ordinal, ports.get(ordinal), folder, cluster);
    }

    private static List<String> keys(TestMember member) {
        RangeResult all = member.node().state().range(RangeQuery.of(KeyRange.ALL));
        if (!(all instanceof RangeResult.Found found)) throw new AssertionError(all);
        return found.encoded().stream()
                .map(kv -> KeyValue.decode(kv).key().toUtf8())
                .toList();
    }

    /** As {@code etcdctl snapshot save} would. */
    private Path saved(TestMember member) throws Exception {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (SnapshotStore.Database database = member.node().snapshots().database()) {
            database.writeTo(piece -> bytes.write(piece.array(), piece.position(), piece.remaining()));
        }
        bytes.write(MessageDigest.getInstance("SHA-256").digest(bytes.toByteArray()));
        return Files.write(folder.resolve("saved.db"), bytes.toByteArray());
    }
}
