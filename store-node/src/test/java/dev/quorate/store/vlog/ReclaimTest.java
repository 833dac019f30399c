package dev.quorate.store.vlog;

import static dev.quorate.store.vlog.ValueLogFilesTest.SMALL;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quorate.store.Bytes;
import dev.quorate.store.mvcc.KeyValue;
import dev.quorate.store.mvcc.Revision;
import dev.quorate.store.vlog.ValueLogFilesTest.Told;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a run of files may become, and what is left of it when a disk fails. */
class ReclaimTest {
    /** More revisions than a table can tell apart. */
    private static final long FAR = (1L << 31) + 5;

    private static final int VERSIONS = 10;

    @TempDir
    Path root;

    /** A few live versions in many files may be as far apart as a long life of the store has revisions. */
    @Test
    void filesThatAreTooManyRevisionsApartStayTwo() throws IOException {
        Path folder = root.resolve("log");
        try (ValueLogFiles log = ValueLogFiles.open(folder, SMALL, 0, new Told())) {
            for (long main : List.of(2L, 2 + FAR, 3 + FAR)) {
                writeFile(log, main);
                if (main != 3 + FAR) for (int sub = 1; sub < VERSIONS; sub++) log.dead(new Revision(main, sub));
            }
            assertEquals(3, log.segments().files().size());
            long before = log.sizeBytes();
            while (log.reclaim()) {}
            assertTrue(log.sizeBytes() < before / 2, log.sizeBytes() + " of " + before);
            assertEquals(3, log.segments().files().size());
            for (long main : List.of(2L, 2 + FAR, 3 + FAR)) checkRead(log, main);
        }
        Told told = new Told();
        try (ValueLogFiles log = ValueLogFiles.open(folder, SMALL, 3 + FAR, told)) {
            assertEquals(2 + VERSIONS, told.versions.size());
            for (long main : List.of(2L, 2 + FAR, 3 + FAR)) checkRead(log, main);
        }
    }

    /** What is kept of a file, most of it values, is written no faster than it may, so that the log has its part of the disk. */
    @Test
    void reclaimingTakesItsTime() throws IOException {
        long bytesPerSecond = 10_000;
        ValueLogOptions slow = SMALL.reclaimingAt(bytesPerSecond);
        try (ValueLogFiles log = ValueLogFiles.open(root.resolve("log"), slow, 0, new Told())) {
            for (long main = 2; main <= 3; main++) writeFile(log, main);
            for (int sub = 1; sub < VERSIONS / 2; sub++) log.dead(new Revision(2, sub));
            long begin = System.nanoTime();
            assertTrue(log.reclaim());
            long tookMillis = (System.nanoTime() - begin) / 1_000_000;
            long kept = Files.size(log.segments().files().getFirst().file());
            assertTrue(kept > bytesPerSecond / 10, kept + " bytes are too few to show it");
            assertTrue(tookMillis >= kept * 500 / bytesPerSecond, kept + " bytes took " + tookMillis + " ms");
        }
    }

    /** After a cut the file that is written on may be one that was rewritten. */
    @Test
    void aBatchThatIsTooManyRevisionsLaterBeginsAFile() throws IOException {
        Path folder = root.resolve("log");
        try (ValueLogFiles log = ValueLogFiles.open(folder, SMALL, 0, new Told())) {
            for (long main : List.of(2L, 3L, 2 + FAR)) writeSmall(log, main);
            assertEquals(2, log.segments().files().size());
            for (long main : List.of(2L, 3L, 2 + FAR)) checkRead(log, main);
        }
        Told told = new Told();
        try (ValueLogFiles log = ValueLogFiles.open(folder, SMALL, 2 + FAR, told)) {
            assertEquals(3, told.versions.size());
            for (long main : List.of(2L, 3L, 2 + FAR)) checkRead(log, main);
        }
    }

    /** The new file is in charge by then, and the sources only take room. */
    @Test
    void aSourceThatCannotBeRemovedWaitsForTheNextStart() throws IOException {
        Path folder = root.resolve("log");
        Path unremovable;
        try (ValueLogFiles log = ValueLogFiles.open(folder, SMALL, 0, new Told())) {
            for (long main = 2; main <= 5; main++) writeFile(log, main);
            for (long main = 2; main <= 4; main++)
                for (int sub = 1; sub < VERSIONS; sub++) log.dead(new Revision(main, sub));
            List<Segment> sources = log.segments().files().subList(0, 3);
            unremovable = Checkpointing.file(sources.getFirst().file()).resolve("as on a bad disk");
            Files.createDirectories(unremovable);
            assertTrue(log.reclaim());
            assertEquals(2, log.segments().files().size());
            for (long main = 2; main <= 5; main++) checkRead(log, main);
            assertEquals(
                    List.of(true, false, false),
                    sources.stream().map(source -> Files.exists(source.file())).toList());
        }
        Files.delete(unremovable);
        try (ValueLogFiles log = ValueLogFiles.open(folder, SMALL, 5, new Told())) {
            for (long main = 2; main <= 5; main++) checkRead(log, main);
            assertEquals(filesOf(log), filesIn(folder));
        }
    }

    private static Set<Path> filesOf(ValueLogFiles log) {
        return log.segments().files().stream().map(Segment::file).collect(Collectors.toSet());
    }

    private static Set<Path> filesIn(Path folder) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.filter(file -> !file.endsWith(SafeIndex.FILE)).collect(Collectors.toSet());
        }
    }

    private static void writeFile(ValueLogFiles log, long main) {
        for (int sub = 0; sub < VERSIONS; sub++) log.append(new Revision(main, sub), false, value(main, sub));
        log.endBatch(main, 1, main);
    }

    private static void writeSmall(ValueLogFiles log, long main) {
        log.append(new Revision(main, 0), false, value(main, 0));
        log.endBatch(main, 1, main);
    }

    private static void checkRead(ValueLogFiles log, long main) {
        assertEquals(value(main, 0), log.read(new Revision(main, 0)));
    }

    private static Bytes value(long main, int sub) {
        byte[] bytes = new byte[300];
        bytes[0] = (byte) main;
        return new KeyValue(Bytes.utf8("k" + sub), main, main, 1, Bytes.wrap(bytes), 0).encoded();
    }
}
