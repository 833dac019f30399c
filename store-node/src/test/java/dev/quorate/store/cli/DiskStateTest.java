package dev.quorate.store.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.quorate.store.Bytes;
import dev.quorate.store.codec.FactCodec;
import dev.quorate.store.mvcc.KeyValue;
import dev.quorate.store.node.port.Meters;
import dev.quorate.store.node.port.SnapshotStore;
import dev.quorate.store.node.port.StagedState;
import dev.quorate.store.node.port.StatePosition;
import dev.quorate.store.snapshot.BoltReader;
import dev.quorate.store.state.AnswerRoom;
import dev.quorate.store.state.Command;
import dev.quorate.store.state.Fact;
import dev.quorate.store.state.Op;
import dev.quorate.store.vlog.ValueLogOptions;
import dev.quorate.store.vlog.ValueLogOptions.ReadMode;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A member's state on disk without a member. */
class DiskStateTest {
    private static final ValueLogOptions SMALL = new ValueLogOptions(4_000, ReadMode.MMAP, 0.2, 1L << 40);

    @TempDir
    Path root;

    private long index;

    /** Whoever counts the versions of a key anew, as etcd does, must not meet gaps. */
    @Test
    void aDatabaseHasNothingOfWhatOnlySomeFilesStillHold() throws Exception {
        try (DiskState from = open("from")) {
            writeWithGap(from);
            assertThat(versionsOf("k", from.active())).as("on disk").containsExactly(1L, 3L);
            assertThat(versionsInDatabase("k", from)).containsExactly(3L);
        }
        try (DiskState from = open("from");
                DiskState to = open("to")) {
            assertThat(versionsInDatabase("k", from)).as("after a start").containsExactly(3L);
            StagedState.Active moved = move(from, to).activate();
            assertThat(versionsOf("k", moved)).as("on the other disk").containsExactly(1L, 3L);
            assertThat(versionsInDatabase("k", to))
                    .as("of a state that came in")
                    .containsExactly(3L);
        }
    }

    @Test
    void upkeepRemovesWhatHasComeOfAStateThatWasOvertaken() throws Exception {
        try (DiskState to = open("to")) {
            put(to, "k", 10);
            to.snapshots().receive(new StatePosition(2, 1, 3), 100).close();
            Path incoming = root.resolve("to/vlog.incoming");
            to.upkeep();
            assertThat(incoming).exists();
            put(to, "k", 10);
            to.upkeep();
            assertThat(incoming).doesNotExist();
        }
    }

    /** A fast disk fills a file between two looks, and then nothing would be set aside. */
    @Test
    @Timeout(60)
    void whoSetsRoomAsideIsWokenInTime() throws Exception {
        try (DiskState disk = open("log")) {
            put(disk, "k", 100);
            disk.reserve();
            disk.rest(1);
            for (int i = 0; i < 8; i++) put(disk, "k" + i, 400);
            disk.rest(Long.MAX_VALUE);
            disk.reserve();
            assertThat(root.resolve("log/vlog/spare.tmp")).exists();
            for (int i = 0; i < 3; i++) put(disk, "k" + i, 400);
            assertThat(root.resolve("log/vlog/spare.tmp"))
                    .as("it is the next file")
                    .doesNotExist();
        }
    }

    private DiskState open(String name) throws IOException {
        return DiskState.open(
                root.resolve(name), 0, new DiskState.Around(SMALL, Runnable::run, new Meters(), (thread, failure) -> {
                    throw new AssertionError(thread, failure);
                }));
    }

    /** The first version of k stands among much that lives, the second among garbage; only that file is rewritten. */
    private void writeWithGap(DiskState disk) throws IOException {
        put(disk, "k", 10);
        for (int i = 0; i < 10; i++) put(disk, "a" + i, 400);
        put(disk, "k", 10);
        for (int i = 0; i < 10; i++) put(disk, "often", 400);
        put(disk, "k", 10);
        for (int i = 0; i < 20; i++) put(disk, "b" + i, 400);
        apply(disk, new Command.Compact(disk.active().state().view().revision(), false));
        while (disk.active().state().compactStep(100)) {}
        while (disk.upkeep()) {}
    }

    private void put(DiskState disk, String key, int valueBytes) {
        apply(disk, Op.Put.of(Bytes.utf8(key), Bytes.wrap(new byte[valueBytes])));
    }

    private void apply(DiskState disk, Command command) {
        StagedState.Active active = disk.active();
        index++;
        for (Fact fact :
                active.state().apply(index, command, AnswerRoom.usual()).facts())
            active.log().appendFact(FactCodec.key(fact), FactCodec.value(fact));
        active.state().endBatch(index, 1);
    }

    private StagedState move(DiskState from, DiskState to) throws IOException {
        try (SnapshotStore.Export export = from.snapshots().export()) {
            try (SnapshotStore.Import received = to.snapshots().receive(export.position(), export.sizeBytes())) {
                for (Optional<Bytes> piece = export.next(9_000); piece.isPresent(); piece = export.next(9_000))
                    received.write(piece.get());
                received.finish();
            }
            return to.load(export.position());
        }
    }

    private static List<Long> versionsOf(String key, StagedState.Active state) {
        List<Long> versions = new ArrayList<>();
        state.log().scan(0, Long.MAX_VALUE, (at, tombstone, encoded) -> {
            KeyValue found = KeyValue.decode(encoded);
            if (found.key().equals(Bytes.utf8(key))) versions.add(found.version());
            return true;
        });
        return versions;
    }

    private static List<Long> versionsInDatabase(String key, DiskState disk) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (SnapshotStore.Database database = disk.snapshots().database()) {
            database.writeTo(piece -> bytes.write(piece.array(), piece.position(), piece.remaining()));
        }
        return BoltReader.read(bytes.toByteArray()).get("key").values().stream()
                .map(KeyValue::decode)
                .filter(found -> found.key().equals(Bytes.utf8(key)))
                .map(KeyValue::version)
                .toList();
    }
}
