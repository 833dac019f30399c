package dev.quorate.store.vlog;

import static dev.quorate.store.vlog.ValueLogFilesTest.SMALL;
import static dev.quorate.store.vlog.ValueLogFilesTest.value;
import static dev.quorate.store.vlog.ValueLogFilesTest.writeBatch;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quorate.store.Bytes;
import dev.quorate.store.mvcc.Revision;
import dev.quorate.store.mvcc.ValueLog;
import dev.quorate.store.node.port.DurableLog;
import dev.quorate.store.node.port.SnapshotStore;
import dev.quorate.store.node.port.StatePosition;
import dev.quorate.store.vlog.ValueLogFilesTest.Told;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.concurrent.FutureTask;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.api.io.TempDir;

/** States that travel, and what takes whose place. */
class StateFolderTest {
    @TempDir
    Path root;

    @Test
    void aStateTravelsInPiecesOfAnySizeWhileTheOldOneServes() throws Exception {
        SplittableRandom random = new SplittableRandom(9);
        try (StateFolder from = StateFolder.open(root.resolve("from"), SMALL, 0, new Told());
                StateFolder to = StateFolder.open(root.resolve("to"), SMALL, 0, new Told())) {
            for (int i = 1; i <= 100; i++) writeBatch(from.log(), i);
            writeBatch(to.log(), 1);
            StatePosition position;
            try (SnapshotStore.Export export = from.export()) {
                position = export.position();
                writeBatch(from.log(), 101);
                for (int i = 1; i <= 90; i++) from.log().dead(new Revision(i, 0));
                while (from.log().reclaim()) {}
                try (SnapshotStore.Import received = to.receive(position, export.sizeBytes())) {
                    long bytes = 0;
                    Optional<Bytes> piece = export.next(1 + random.nextInt(5000));
                    while (piece.isPresent()) {
                        received.write(piece.get());
                        bytes += piece.get().size();
                        piece = export.next(1 + random.nextInt(5000));
                    }
                    assertEquals(export.sizeBytes(), bytes);
                    received.finish();
                }
            }
            assertEquals(value(1, 0), to.log().read(new Revision(1, 0)), "the old state serves on");
            Told told = new Told();
            ValueLogFiles staged = to.openWhole(position, told);
            to.activate(staged);
            assertEquals(200, told.versions.size());
            assertEquals(position, to.log().position());
            writeBatch(to.log(), 101);
            assertEquals(value(101, 1), to.log().read(new Revision(101, 1)));
        }
        Told told = new Told();
        try (StateFolder again = StateFolder.open(root.resolve("to"), SMALL, 100, told)) {
            assertEquals(101, again.log().position().index());
            assertEquals(202, told.versions.size());
        }
    }

    /** The files of both have the same names. Whatever the replaced one still does, the other's stay as they are. */
    @Test
    void aReplacedStateTouchesNoFileOfItsSuccessor() throws Exception {
        try (StateFolder from = StateFolder.open(root.resolve("from"), SMALL, 0, new Told());
                StateFolder to = StateFolder.open(root.resolve("to"), SMALL, 0, new Told())) {
            for (int i = 1; i <= 100; i++) writeBatch(from.log(), i);
            ValueLogFiles before = to.log();
            for (int i = 1; i <= 60; i++) writeBatch(before, i);
            SnapshotStore.Export reader = to.export();
            for (int i = 1; i <= 20; i++) before.dead(new Revision(i, 0));
            assertTrue(before.reclaim());

            StatePosition position = move(from, to);
            for (int i = 21; i <= 50; i++) before.dead(new Revision(i, 0));
            before.reserve();
            before.reclaimAll();
            while (before.checkpoint()) {}
            before.force();
            reader.close();

            assertEquals(position, to.log().position());
            writeBatch(to.log(), 101);
        }
        Told told = new Told();
        try (StateFolder again = StateFolder.open(root.resolve("to"), SMALL, 101, told)) {
            assertEquals(101, again.log().position().index());
            assertEquals(202, told.versions.size());
            for (int i = 1; i <= 101; i++) assertEquals(value(i, 0), again.log().read(new Revision(i, 0)));
        }
    }

    /** Until then its files need room on the disk, though nobody sees them. */
    @Test
    void whatWasReplacedIsLetGoWhenItsReadersHadTheirTime() throws Exception {
        try (StateFolder from = StateFolder.open(root.resolve("from"), SMALL, 0, new Told());
                StateFolder to = StateFolder.open(root.resolve("to"), SMALL, 0, new Told())) {
            for (int i = 1; i <= 20; i++) writeBatch(from.log(), i);
            ValueLogFiles before = to.log();
            for (int i = 1; i <= 10; i++) writeBatch(before, i);
            SnapshotStore.Export reader = to.export();
            move(from, to);

            to.dropReplaced(0);
            assertEquals(value(3, 0), before.read(new Revision(3, 0)));
            reader.close();
            to.dropReplaced(Long.MAX_VALUE);
            assertEquals(value(3, 0), before.read(new Revision(3, 0)));
            to.dropReplaced(0);
            assertThrows(ValueLog.Closed.class, () -> before.read(new Revision(3, 0)));
            assertEquals(value(3, 0), to.log().read(new Revision(3, 0)));
        }
    }

    /** It would fill the disk, and again at every try. */
    @Test
    void aStateThatDoesNotFitIsNotBegun() throws Exception {
        try (StateFolder to = StateFolder.open(root.resolve("to"), SMALL, 0, new Told())) {
            IOException full =
                    assertThrows(IOException.class, () -> to.receive(new StatePosition(9, 1, 9), Long.MAX_VALUE / 2));
            assertTrue(DurableLog.Room.isWanting(full), full.getMessage());
            assertFalse(Files.exists(root.resolve("to/vlog.incoming")));
        }
    }

    /** While the present folder has gone and the next one is not there yet. */
    @Test
    void aSyncWaitsUntilTheFoldersHaveTheirNames() throws Exception {
        Path folder = root.resolve("log");
        Path away = root.resolve("away");
        try (ValueLogFiles log = ValueLogFiles.open(folder, SMALL, 0, new Told())) {
            for (int i = 1; i <= 60; i++) writeBatch(log, i);
            FutureTask<StatePosition> sync = new FutureTask<>(log::force);
            Thread syncing = new Thread(sync);
            log.giveWay(() -> {
                Files.move(folder, away);
                syncing.start();
                while (syncing.getState() != Thread.State.BLOCKED && !sync.isDone()) Thread.onSpinWait();
                Files.move(away, folder);
            });
            assertEquals(log.position(), sync.get());
        }
    }

    private static StatePosition move(StateFolder from, StateFolder to) throws IOException {
        try (SnapshotStore.Export export = from.export()) {
            try (SnapshotStore.Import received = to.receive(export.position(), export.sizeBytes())) {
                for (Optional<Bytes> piece = export.next(9_000); piece.isPresent(); piece = export.next(9_000))
                    received.write(piece.get());
                received.finish();
            }
            to.activate(to.openWhole(export.position(), new Told()));
            return export.position();
        }
    }

    /** One file still has what is dead, another has not: who counts the versions of a key must see neither. */
    @Test
    void whatIsDeadIsNotExportedAsARecord() throws Exception {
        try (StateFolder folder = StateFolder.open(root.resolve("state"), SMALL, 0, new Told())) {
            ValueLogFiles log = folder.log();
            for (int i = 1; i <= 60; i++) writeBatch(log, i);
            log.dead(new Revision(1, 0));
            for (int i = 20; i <= 40; i++) log.dead(new Revision(i, 0));
            while (log.reclaim()) {}
            List<Revision> shown = new ArrayList<>();
            try (SnapshotStore.Export export = folder.export()) {
                log.dead(new Revision(2, 0));
                export.records(new SnapshotStore.Records() {
                    @Override
                    public void version(Revision revision, boolean tombstone, Bytes keyValue) {
                        shown.add(revision);
                    }

                    @Override
                    public void fact(Bytes key, Bytes value) {}
                });
            }
            assertFalse(shown.contains(new Revision(1, 0)));
            assertFalse(shown.contains(new Revision(30, 0)));
            assertTrue(shown.contains(new Revision(2, 0)), "it lived when the export began");
            assertEquals(120 - 22, shown.size());
        }
    }

    @Test
    void aDamagedStateDoesNotArrive() throws Exception {
        try (StateFolder from = StateFolder.open(root.resolve("from"), SMALL, 0, new Told());
                StateFolder to = StateFolder.open(root.resolve("to"), SMALL, 0, new Told())) {
            for (int i = 1; i <= 20; i++) writeBatch(from.log(), i);
            writeBatch(to.log(), 1);
            for (int bad = 1; bad < 4; bad++) assertThrows(IOException.class, transfer(from, to, bad));
            assertEquals(value(1, 0), to.log().read(new Revision(1, 0)));
        }
    }

    /** Its receiver would refuse it for ever, and only the sender can be replaced. */
    @Test
    void whatHasRottenIsNotSentButTold() throws Exception {
        for (int at : List.of(0, Records.MAGIC_BYTES + Records.HEADER_BYTES + 5)) {
            List<String> told = new ArrayList<>();
            try (StateFolder from = StateFolder.open(root.resolve("from" + at), SMALL, 0, new Told())) {
                for (int i = 1; i <= 60; i++) writeBatch(from.log(), i);
                from.log().onDamage(told::add);
                Path oldest = from.log().segments().files().getFirst().file();
                byte[] bytes = Files.readAllBytes(oldest);
                bytes[at] ^= 1;
                Files.write(oldest, bytes);
                try (SnapshotStore.Export export = from.export()) {
                    DamagedValueLog refusal = assertThrows(DamagedValueLog.class, () -> {
                        while (export.next(5_000).isPresent()) {}
                    });
                    assertEquals(List.of(String.valueOf(refusal.getMessage())), told);
                    assertTrue(told.getFirst().contains(oldest.toString()), told.getFirst());
                }
            }
        }
    }

    /** Cut anywhere, on either side, the next stream brings only what is missing, whatever happened to the files. */
    @Test
    void aStreamThatWasCutGoesOnWhereItStopped() throws Exception {
        SplittableRandom random = new SplittableRandom(11);
        try (StateFolder from = StateFolder.open(root.resolve("from"), SMALL, 0, new Told())) {
            int batches = 60;
            for (int i = 1; i <= batches; i++) writeBatch(from.log(), i);
            for (int round = 0; round < 20; round++) {
                long repeated = 0;
                Path target = root.resolve("to" + round);
                for (int cuts = 0; cuts < 4; cuts++) {
                    try (StateFolder to = StateFolder.open(target, SMALL, 0, new Told())) {
                        repeated += pump(from, to, random.nextInt(30), random);
                    }
                    writeBatch(from.log(), ++batches);
                    if (cuts == 2) reclaimSome(from.log(), batches, random);
                }
                try (StateFolder to = StateFolder.open(target, SMALL, 0, new Told())) {
                    StatePosition announced = from.log().position();
                    repeated += pump(from, to, Integer.MAX_VALUE, random);
                    Told told = new Told();
                    to.activate(to.openWhole(announced, told));
                    assertEquals(
                            from.log().read(new Revision(batches, 1)), to.log().read(new Revision(batches, 1)));
                    assertEquals(from.log().position(), to.log().position());
                }
                assertTrue(repeated < 2 * from.log().sizeBytes(), "most of it travelled once");
            }
        }
    }

    /** The log may be replaced by a received one while it is being sent itself. */
    @Test
    void anExportMayEndAfterItsLog() throws Exception {
        Path folder = root.resolve("log");
        ValueLogFiles log = ValueLogFiles.open(folder, SMALL, 0, new Told());
        for (int i = 1; i <= 100; i++) writeBatch(log, i);
        SnapshotStore.Export export = log.export();
        for (int i = 1; i <= 60; i++) log.dead(new Revision(i, 0));
        while (log.reclaim()) {}
        log.close();
        export.close();
        try (ValueLogFiles again = ValueLogFiles.open(folder, SMALL, 0, new Told())) {
            assertEquals(100, again.position().index());
            assertEquals(value(99, 1), again.read(new Revision(99, 1)));
        }
    }

    /** Two states that came one after the other leave a slow reader of the first without its files. */
    @Test
    void aReaderOfALogThatIsClosedIsToldSo() throws Exception {
        ValueLogFiles log = ValueLogFiles.open(root.resolve("log"), SMALL, 0, new Told());
        for (int i = 1; i <= 10; i++) writeBatch(log, i);
        log.onDamage(what -> {
            throw new AssertionError(what);
        });
        log.close();
        assertThrows(ValueLog.Closed.class, () -> log.read(new Revision(3, 0)));
        assertThrows(ValueLog.Closed.class, () -> log.scan(1, 10, (revision, tombstone, keyValue) -> true));
    }

    private static void reclaimSome(ValueLogFiles log, int batches, SplittableRandom random) throws IOException {
        for (int i = 0; i < 20; i++) log.dead(new Revision(1 + random.nextInt(batches - 10), 0));
        while (log.reclaim()) {}
    }

    /** Returns how many bytes travelled. */
    private static long pump(StateFolder from, StateFolder to, int pieces, SplittableRandom random) throws IOException {
        long bytes = 0;
        try (SnapshotStore.Export export = from.export();
                SnapshotStore.Import received = to.receive(export.position(), export.sizeBytes())) {
            export.leaveOut(received.held());
            for (int i = 0; i < pieces; i++) {
                Optional<Bytes> piece = export.next(1 + random.nextInt(300));
                if (piece.isEmpty()) {
                    received.finish();
                    return bytes;
                }
                received.write(piece.get());
                bytes += piece.get().size();
            }
        }
        return bytes;
    }

    @Test
    void aSecondStreamEndsTheFirst() throws Exception {
        try (StateFolder from = StateFolder.open(root.resolve("from"), SMALL, 0, new Told());
                StateFolder to = StateFolder.open(root.resolve("to"), SMALL, 0, new Told())) {
            for (int i = 1; i <= 20; i++) writeBatch(from.log(), i);
            try (SnapshotStore.Export slow = from.export();
                    SnapshotStore.Import first = to.receive(slow.position(), slow.sizeBytes())) {
                for (int i = 0; i < 5; i++) first.write(slow.next(100).orElseThrow());
                Bytes late = slow.next(100).orElseThrow();
                pump(from, to, Integer.MAX_VALUE, new SplittableRandom(1));
                assertThrows(IOException.class, () -> first.write(late));
            }
            ValueLogFiles whole = to.openWhole(from.log().position(), new Told());
            assertEquals(value(20, 1), whole.read(new Revision(20, 1)));
            to.discard(whole);
        }
    }

    /** Who was cut off and has caught up by the log never asks for the rest. */
    @Test
    void whatIsIncomingGoesOnceThePresentStateIsPastIt() throws Exception {
        SplittableRandom random = new SplittableRandom(1);
        Path target = root.resolve("to");
        Path incoming = target.resolve("vlog.incoming");
        try (StateFolder from = StateFolder.open(root.resolve("from"), SMALL, 0, new Told())) {
            for (int i = 1; i <= 20; i++) writeBatch(from.log(), i);
            try (StateFolder to = StateFolder.open(target, SMALL, 0, new Told())) {
                for (int i = 1; i <= 19; i++) writeBatch(to.log(), i);
                pump(from, to, 5, random);
                to.dropOvertaken();
                assertTrue(Files.exists(incoming), "there is more to come");
            }
            try (StateFolder to = StateFolder.open(target, SMALL, 0, new Told())) {
                assertTrue(Files.exists(incoming), "also after a start");
                try (SnapshotStore.Import open = to.receive(from.log().position(), 0)) {
                    writeBatch(to.log(), 20);
                    to.dropOvertaken();
                    assertTrue(Files.exists(incoming), "it is being written to");
                    assertFalse(open.held().isEmpty());
                }
                to.dropOvertaken();
                assertFalse(Files.exists(incoming), "its end has been passed");
                writeBatch(from.log(), 21);
                pump(from, to, 5, random);
                writeBatch(to.log(), 21);
                assertTrue(Files.exists(incoming));
            }
            StateFolder.open(target, SMALL, 0, new Told()).close();
            assertFalse(Files.exists(incoming), "a start looks as well");
        }
    }

    private static Executable transfer(StateFolder from, StateFolder to, int badPiece) {
        return () -> {
            try (SnapshotStore.Export export = from.export();
                    SnapshotStore.Import received = to.receive(export.position(), export.sizeBytes())) {
                int number = 0;
                for (Optional<Bytes> piece = export.next(500); piece.isPresent(); piece = export.next(500)) {
                    byte[] bytes = piece.get().toByteArray();
                    if (++number == badPiece + 2) bytes[bytes.length / 2] ^= 1;
                    received.write(Bytes.wrap(bytes));
                }
                received.finish();
            }
        };
    }
}
