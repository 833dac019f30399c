package dev.quorate.store.vlog;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quorate.store.Bytes;
import dev.quorate.store.Invariant;
import dev.quorate.store.mvcc.FoundVersion;
import dev.quorate.store.mvcc.KeyValue;
import dev.quorate.store.mvcc.Revision;
import dev.quorate.store.vlog.ValueLogOptions.ReadMode;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Single features of the log: cuts, damage, readers while files are replaced. */
class ValueLogFilesTest {
    static final ValueLogOptions SMALL = new ValueLogOptions(4_000, ReadMode.MMAP, 0.2, 1L << 40);
    private static final ValueLogOptions ONE_FILE = new ValueLogOptions(64_000, ReadMode.PREAD, 0.2, 1L << 40);

    @TempDir
    Path root;

    /** Collects versions and facts. */
    static final class Told implements Recovery {
        final TreeMap<Revision, FoundVersion> versions = new TreeMap<>();
        final List<Bytes> facts = new ArrayList<>();

        @Override
        public void version(FoundVersion found) {
            versions.put(found.at(), found);
        }

        @Override
        public void fact(Bytes key, Bytes value) {
            facts.add(value);
        }
    }

    @Test
    void aTailCutAnywhereEndsAtAWholeBatch() throws IOException {
        Path folder = root.resolve("log");
        List<Long> ends = new ArrayList<>();
        try (ValueLogFiles log = ValueLogFiles.open(folder, ONE_FILE, 0, new Told())) {
            for (int i = 1; i <= 7; i++) {
                writeBatch(log, i);
                ends.add(log.segments().active().writtenBytes());
            }
        }
        byte[] bytes = Files.readAllBytes(folder.resolve(SegmentName.at(0).file()));
        Path copy = Files.createDirectory(root.resolve("copy"));
        Path file = copy.resolve(SegmentName.at(0).file());
        for (int at = 0; at <= ends.getLast(); at++) {
            Files.write(file, Arrays.copyOf(bytes, at));
            int end = at;
            long whole = ends.stream().filter(each -> each <= end).count();
            Told told = new Told();
            try (ValueLogFiles log = ValueLogFiles.open(copy, ONE_FILE, 0, told)) {
                assertEquals(whole, log.position().index(), "cut at " + at);
                assertEquals(whole * 2, told.versions.size());
                assertEquals(whole, told.facts.size());
            }
            assertThrows(DamagedValueLog.class, () -> ValueLogFiles.open(copy, ONE_FILE, whole + 1, new Told()));
        }
    }

    /** Older facts went because newer ones were there: without those, what is left is no state that ever was. */
    @Test
    void aLogThatEndsBeforeWhatReclaimingReliedOnIsDamaged() throws IOException {
        Path folder = root.resolve("log");
        Path newest;
        try (ValueLogFiles log = ValueLogFiles.open(folder, SMALL, 0, new Told())) {
            for (int i = 1; i <= 60; i++) writeBatch(log, i);
            for (int i = 1; i <= 20; i++) log.dead(new Revision(i, 0));
            assertTrue(log.reclaim());
            newest = log.segments().active().file();
        }
        Told told = new Told();
        ValueLogFiles.open(folder, SMALL, 0, told).close();
        assertFalse(told.facts.isEmpty());
        byte[] bytes = Files.readAllBytes(newest);
        bytes[Records.MAGIC_BYTES] ^= 1;
        Files.write(newest, bytes);

        DamagedValueLog refusal =
                assertThrows(DamagedValueLog.class, () -> ValueLogFiles.open(folder, SMALL, 0, new Told()));

        assertTrue(refusal.getMessage().contains("was safe up to 60"), refusal.getMessage());
        Path safe = folder.resolve(SafeIndex.FILE);
        byte[] index = Files.readAllBytes(safe);
        index[3] ^= 4;
        Files.write(safe, index);
        refusal = assertThrows(DamagedValueLog.class, () -> ValueLogFiles.open(folder, SMALL, 0, new Told()));
        assertTrue(refusal.getMessage().contains(safe.toString()), refusal.getMessage());
    }

    /** Every bit: of the file's head, of each field of every kind of record, and of what they hold. */
    @Test
    void aFlippedBitEndsTheLogThereAndRefusesWhatWasSafe() throws IOException {
        Path folder = root.resolve("log");
        List<Long> ends = new ArrayList<>();
        try (ValueLogFiles log = ValueLogFiles.open(folder, ONE_FILE, 0, new Told())) {
            for (int i = 6; i <= 8; i++) {
                writeBatch(log, i);
                ends.add(log.segments().active().writtenBytes());
            }
        }
        Path file = folder.resolve(SegmentName.at(0).file());
        byte[] bytes = Arrays.copyOf(Files.readAllBytes(file), Math.toIntExact(ends.getLast()));
        for (int bit = 0; bit < 8 * bytes.length; bit++) {
            int at = bit / 8;
            byte[] damaged = bytes.clone();
            damaged[at] ^= (byte) (1 << bit % 8);
            Files.write(file, damaged);
            DamagedValueLog refusal = assertThrows(
                    DamagedValueLog.class, () -> ValueLogFiles.open(folder, ONE_FILE, 8, new Told()), "flip of " + bit);
            assertTrue(refusal.getMessage().contains(file.toString()), refusal.getMessage());
            assertTrue(Arrays.equals(damaged, Files.readAllBytes(file)), "nothing was changed");

            long whole = ends.stream().filter(end -> end <= at).count();
            Told told = new Told();
            try (ValueLogFiles log = ValueLogFiles.open(folder, ONE_FILE, 0, told)) {
                assertEquals(whole == 0 ? 0 : 5 + whole, log.position().index(), "flip of " + bit);
                assertEquals(whole * 2, told.versions.size());
                assertEquals(whole, told.facts.size());
            }
        }
    }

    /** Shown by damage: what a checkpoint covers is not read by a start, what it does not cover is. */
    @Test
    void aStartReadsOnlyWhatNoCheckpointCovers() throws IOException {
        Path folder = root.resolve("log");
        writeWithCheckpoint(folder);
        Path file = folder.resolve(SegmentName.at(0).file());
        byte[] bytes = Files.readAllBytes(file);
        bytes[Records.MAGIC_BYTES + 60] ^= 1;
        Files.write(file, bytes);
        Told told = new Told();
        try (ValueLogFiles log = ValueLogFiles.open(folder, ONE_FILE, 9, told)) {
            assertEquals(9, log.position().index());
            assertEquals(18, told.versions.size());
            assertEquals(9, told.facts.size());
            assertThrows(Invariant.Broken.class, () -> log.read(new Revision(1, 0)));
            assertEquals(value(9, 1), log.read(new Revision(9, 1)));
        }
        Files.delete(Checkpointing.file(file));
        assertThrows(DamagedValueLog.class, () -> ValueLogFiles.open(folder, ONE_FILE, 9, new Told()));
    }

    @Test
    void aDamagedCheckpointIsNone() throws IOException {
        Path folder = root.resolve("log");
        writeWithCheckpoint(folder);
        Path checkpoint = Checkpointing.file(folder.resolve(SegmentName.at(0).file()));
        byte[] bytes = Files.readAllBytes(checkpoint);
        for (int at = 0; at < bytes.length; at++) {
            byte[] damaged = bytes.clone();
            damaged[at] ^= (byte) (1 << at % 8);
            Files.write(checkpoint, damaged);
            assertEquals(0, openedWith(folder), "flip at " + at);
            Files.write(checkpoint, Arrays.copyOf(bytes, at));
            assertEquals(0, openedWith(folder), "cut at " + at);
        }
        Files.write(checkpoint, bytes);
        assertTrue(openedWith(folder) > 0);
    }

    /** Killed twice in a row: the second start must not read all of it again. */
    @Test
    void closedFilesThatWereNeverSyncedGetTheirCheckpointsAfterTheNextStart() throws IOException {
        Path folder = root.resolve("log");
        try (ValueLogFiles log = ValueLogFiles.open(folder, SMALL, 0, new Told())) {
            for (int i = 1; i <= 60; i++) writeBatch(log, i);
            assertFalse(log.checkpoint());
        }
        try (ValueLogFiles log = ValueLogFiles.open(folder, SMALL, 0, new Told())) {
            List<Segment> files = log.segments().files();
            assertTrue(files.size() > 2);
            while (log.checkpoint()) {}
            for (Segment closed : files.subList(0, files.size() - 1))
                assertEquals(closed.writtenBytes(), closed.checkpointedBytes());
        }
    }

    /** Returns how much of the log was not read. */
    private static long openedWith(Path folder) throws IOException {
        Told told = new Told();
        try (ValueLogFiles log = ValueLogFiles.open(folder, ONE_FILE, 9, told)) {
            assertEquals(18, told.versions.size());
            assertEquals(9, told.facts.size());
            for (int i = 1; i <= 9; i++) assertEquals(value(i, 1), log.read(new Revision(i, 1)));
            return log.segments().active().checkpointedBytes();
        }
    }

    /** Seven batches that a checkpoint covers and two more. */
    private static void writeWithCheckpoint(Path folder) throws IOException {
        ValueLogOptions small = new ValueLogOptions(2_000, ReadMode.PREAD, 0.2, 1L << 40);
        try (ValueLogFiles log = ValueLogFiles.open(folder, small, 0, new Told())) {
            for (int i = 1; i <= 7; i++) writeBatch(log, i);
            assertFalse(log.checkpoint(), "what is not synced gets none");
            log.force();
            assertTrue(log.checkpoint());
            assertFalse(log.checkpoint());
        }
        try (ValueLogFiles log = ValueLogFiles.open(folder, ONE_FILE, 0, new Told())) {
            for (int i = 8; i <= 9; i++) writeBatch(log, i);
        }
    }

    @Test
    void aReadOfDamagedBytesIsABrokenInvariant() throws IOException {
        Path folder = root.resolve("log");
        for (ReadMode mode : ReadMode.values()) {
            ValueLogOptions options = new ValueLogOptions(64_000, mode, 0.2, 1L << 40);
            try (ValueLogFiles log = ValueLogFiles.open(folder.resolve(mode.name()), options, 0, new Told())) {
                writeBatch(log, 1);
                Path file = log.segments().active().file();
                byte[] bytes = Files.readAllBytes(file);
                int from = Records.MAGIC_BYTES;
                for (int at = from; at < from + 60; at++) {
                    byte[] damaged = bytes.clone();
                    damaged[at] ^= 0x40;
                    overwrite(log, damaged);
                    assertThrows(Invariant.Broken.class, () -> log.read(new Revision(1, 0)), mode + " flip at " + at);
                    assertThrows(
                            Invariant.Broken.class,
                            () -> log.scan(0, 9, (revision, tombstone, kv) -> true),
                            mode + " scan, flip at " + at);
                    overwrite(log, bytes);
                }
                assertEquals(value(1, 0), log.read(new Revision(1, 0)));
            }
        }
    }

    /** What a disk cannot give back a mapping cannot either; here because the file has been cut. */
    @Test
    void aReadThatFailsIsDamageLikeOneOfOtherBytes() throws IOException {
        ValueLogOptions mapped = new ValueLogOptions(64_000, ReadMode.MMAP, 0.2, 1L << 40);
        List<String> damage = new ArrayList<>();
        try (ValueLogFiles log = ValueLogFiles.open(root.resolve("log"), mapped, 0, new Told())) {
            log.onDamage(damage::add);
            writeBatch(log, 1);
            Path file = log.segments().active().file();
            try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
                channel.truncate(0);
            }
            assertThrows(Invariant.Broken.class, () -> log.read(new Revision(1, 0)));
            assertTrue(damage.getFirst().contains("cannot be read"), damage.toString());
        }
    }

    @Test
    void readersNeverMissALiveVersionWhileFilesAreReplaced() throws Exception {
        AtomicBoolean stop = new AtomicBoolean();
        try (ValueLogFiles log = ValueLogFiles.open(root.resolve("log"), SMALL, 0, new Told());
                ExecutorService readers = Executors.newFixedThreadPool(2)) {
            for (int i = 1; i <= 400; i++) writeBatch(log, i);
            List<Future<Long>> reads = List.of(readers.submit(reading(log, stop)), readers.submit(scanning(log, stop)));
            for (int round = 0; round < 20; round++) {
                for (int i = 1 + round; i <= 400; i += 20) {
                    if (i % 5 != 0) log.dead(new Revision(i, 0));
                }
                while (log.reclaim()) {}
            }
            assertTrue(log.sizeBytes() < 400L * 400, "garbage was given back");
            stop.set(true);
            for (Future<Long> read : reads) assertTrue(read.get() > 0);
        }
    }

    @Test
    void allGarbageGoesWhenAsked() throws IOException {
        Path folder = root.resolve("log");
        ValueLogOptions lazy = new ValueLogOptions(4_000, ReadMode.MMAP, 0.9, 1L << 40);
        try (ValueLogFiles log = ValueLogFiles.open(folder, lazy, 0, new Told())) {
            for (int i = 1; i <= 100; i++) writeBatch(log, i);
            for (int i = 1; i <= 99; i++) {
                if (i % 3 == 0) log.dead(new Revision(i, 0));
            }
            log.append(new Revision(101, 0), false, value(101, 0));
            long before = log.sizeBytes();
            assertFalse(log.reclaim(), "nothing is worth it by itself");
            log.reclaimAll();
            assertTrue(log.sizeBytes() < before * 8 / 10, log.sizeBytes() + " of " + before);
            assertEquals(value(101, 0), log.read(new Revision(101, 0)), "the open batch is still there");
            log.endBatch(101, 1, 101);
            for (int i = 1; i <= 100; i++) assertEquals(value(i, 1), log.read(new Revision(i, 1)));
        }
        Told told = new Told();
        try (ValueLogFiles log = ValueLogFiles.open(folder, lazy, 0, told)) {
            assertEquals(101, log.position().index());
            assertEquals(value(101, 0), log.read(new Revision(101, 0)));
            assertEquals(168, told.versions.size());
        }
    }

    private Callable<Long> reading(ValueLogFiles log, AtomicBoolean stop) {
        return () -> {
            SplittableRandom random = new SplittableRandom(3);
            long count = 0;
            while (!stop.get()) {
                int at = (1 + random.nextInt(80)) * 5;
                assertEquals(value(at, 0), log.read(new Revision(at, 0)));
                assertEquals(value(at, 1), log.read(new Revision(at, 1)));
                count++;
            }
            return count;
        };
    }

    private Callable<Long> scanning(ValueLogFiles log, AtomicBoolean stop) {
        return () -> {
            long count = 0;
            while (!stop.get()) {
                TreeMap<Revision, Bytes> seen = new TreeMap<>();
                log.scan(100, 300, (revision, tombstone, encoded) -> seen.put(revision, encoded) == null);
                for (int at = 100; at <= 300; at += 5)
                    assertEquals(value(at, 0), seen.get(new Revision(at, 0)), "scan of " + at);
                assertEquals(new Revision(300, 1), seen.lastKey());
                count++;
            }
            return count;
        };
    }

    private static void overwrite(ValueLogFiles log, byte[] bytes) throws IOException {
        ByteBuffer all = ByteBuffer.wrap(bytes);
        while (all.hasRemaining()) log.segments().active().channel().write(all, all.position());
    }

    static void writeBatch(ValueLogFiles log, int number) {
        log.append(new Revision(number, 0), false, value(number, 0));
        log.append(new Revision(number, 1), number % 7 == 0, value(number, 1));
        log.appendFact(Bytes.utf8("fact"), Bytes.utf8("v" + number));
        log.endBatch(number, 1, number);
    }

    static Bytes value(int main, int sub) {
        byte[] bytes = new byte[40 + main % 50 + sub * 3];
        new SplittableRandom(main * 2L + sub).nextBytes(bytes);
        Bytes key = Bytes.utf8("k" + main % 9 + "-" + sub);
        return new KeyValue(key, main, main, 1, Bytes.wrap(bytes), 0).encoded();
    }
}
