package dev.quorate.store.wal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.quorate.store.raft.Entry;
import dev.quorate.store.raft.HardState;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A real disk of 16 MiB that is really full. Needs the right to mount; skipped without it. */
class FullDiskTest {
    private static final WalOptions OPTIONS = new WalOptions(256 << 10, true, nanos -> {});

    @TempDir
    Path root;

    private Path disk;

    @BeforeEach
    void mount() throws Exception {
        disk = Files.createDirectory(root.resolve("disk"));
        assumeTrue(run("mount", "-t", "tmpfs", "-o", "size=16m", "tmpfs", disk.toString()), "cannot mount a tmpfs");
    }

    @AfterEach
    void unmount() throws Exception {
        run("umount", "-l", disk.toString());
    }

    @Test
    void aFullDiskIsToldAndWaitedForAndNothingIsLost() throws Exception {
        Path directory = disk.resolve("wal");
        Wal.create(directory, WalTest.METADATA, OPTIONS);
        Path ballast = disk.resolve("ballast");
        WalTest.Heard heard = new WalTest.Heard();
        List<Entry> written = new ArrayList<>();
        try (Wal wal = Wal.open(directory, OPTIONS)) {
            wal.start(heard);
            Files.write(ballast, new byte[15 << 20]);
            long batch = 0;
            long persisted = 0;
            while (heard.space.isEmpty()) {
                long index = ++batch;
                List<Entry> next = WalTest.entries(1, index, index, 20_000);
                written.addAll(next);
                wal.append(batch, new HardState(1, 1, index - 1), next, true);
                Long done = heard.poll(300);
                if (done != null) persisted = done;
                assertTrue(batch < 200, "the disk does not get full");
            }
            assertEquals(false, heard.space.poll(10, TimeUnit.SECONDS), "told while there is still half a segment");
            for (int i = 0; i < 30; i++) {
                long index = ++batch;
                List<Entry> next = WalTest.entries(1, index, index, 20_000);
                written.addAll(next);
                wal.append(batch, new HardState(1, 1, index - 1), next, true);
            }
            for (Long done = heard.poll(500); done != null; done = heard.poll(500)) persisted = done;
            assertTrue(persisted < batch, "what has no room is not reported");
            Files.delete(ballast);
            assertEquals(true, heard.space.poll(10, TimeUnit.SECONDS));
            while (persisted < batch) persisted = heard.next();
        }
        assertEquals(written, WalTest.reopen(directory, OPTIONS).entries());
    }

    @Test
    void aStopWhileTheDiskIsFullKeepsWhatWasReported() throws Exception {
        Path directory = disk.resolve("wal");
        Wal.create(directory, WalTest.METADATA, OPTIONS);
        WalTest.Heard heard = new WalTest.Heard();
        long reported = 0;
        Path ballast = Files.write(disk.resolve("ballast"), new byte[15 << 20]);
        try (Wal wal = Wal.open(directory, OPTIONS)) {
            wal.start(heard);
            for (int i = 1; i <= 100; i++)
                wal.append(i, new HardState(1, 1, i - 1), WalTest.entries(1, i, i, 20_000), true);
            assertEquals(false, heard.space.poll(10, TimeUnit.SECONDS));
            for (Long done = heard.poll(0); done != null; done = heard.poll(0)) reported = done;
        }
        Files.delete(ballast);
        Recovered recovered = WalTest.reopen(directory, OPTIONS);
        assertTrue(recovered.entries().size() >= reported);
        assertEquals(WalTest.entries(1, 1, recovered.entries().size(), 20_000), recovered.entries());
    }

    private static boolean run(String... command) throws IOException, InterruptedException {
        try {
            return new ProcessBuilder(command)
                            .redirectErrorStream(true)
                            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                            .start()
                            .waitFor()
                    == 0;
        } catch (IOException missing) {
            return false;
        }
    }
}
