package dev.quorate.store.wal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quorate.store.disk.SmallDisk;
import dev.quorate.store.node.port.DurableLog.Room;
import dev.quorate.store.raft.Entry;
import dev.quorate.store.raft.HardState;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A real disk of 16 MiB that is really full. Needs the right to mount; skipped without it. */
class FullDiskTest {
    private final AtomicInteger preparing = new AtomicInteger();
    private final WalOptions options = new WalOptions(256 << 10, true, nanos -> {}, task -> {
        preparing.incrementAndGet();
        Thread.ofPlatform().daemon().start(() -> {
            task.run();
            preparing.decrementAndGet();
        });
    });

    @TempDir
    Path root;

    private SmallDisk disk;

    @BeforeEach
    void mount() throws IOException {
        disk = SmallDisk.mount(root.resolve("disk"), 16);
    }

    @AfterEach
    void unmount() {
        if (disk != null) disk.close();
    }

    @Test
    void aFullDiskIsToldAndWaitedForAndNothingIsLost() throws Exception {
        Path directory = disk.root().resolve("wal");
        Wal.create(directory, WalTest.METADATA, options);
        WalTest.Heard heard = new WalTest.Heard();
        List<Entry> written = new ArrayList<>();
        try (Wal wal = Wal.open(directory, options)) {
            wal.start(heard);
            disk.leave(400 << 10);
            long batch = 0;
            long persisted = 0;
            while (heard.room.isEmpty()) {
                long index = ++batch;
                List<Entry> next = WalTest.entries(1, index, index, 20_000);
                written.addAll(next);
                wal.append(batch, new HardState(1, 1, index - 1), next, true);
                persisted = heard.next();
                while (preparing.get() > 0 && heard.room.isEmpty()) LockSupport.parkNanos(100_000);
                assertTrue(batch < 200, "the disk does not get full");
            }
            assertEquals(Room.LOW, heard.room.poll(10, TimeUnit.SECONDS), "told while there is still half a segment");
            for (int i = 0; i < 30; i++) {
                long index = ++batch;
                List<Entry> next = WalTest.entries(1, index, index, 20_000);
                written.addAll(next);
                wal.append(batch, new HardState(1, 1, index - 1), next, true);
            }
            for (Long done = heard.poll(500); done != null; done = heard.poll(500)) persisted = done;
            assertEquals(Room.NONE, heard.room.poll(10, TimeUnit.SECONDS));
            assertTrue(disk.freeBytes() > 0, "what is not enough for a segment is left to others");
            assertTrue(persisted < batch, "what has no room is not reported");
            disk.makeRoom();
            assertNotEquals(Room.NONE, heard.room.poll(10, TimeUnit.SECONDS));
            while (persisted < batch) persisted = heard.next();
        }
        assertEquals(written, WalTest.reopen(directory, options).entries());
    }

    @Test
    void aStopWhileTheDiskIsFullKeepsWhatWasReported() throws Exception {
        Path directory = disk.root().resolve("wal");
        Wal.create(directory, WalTest.METADATA, options);
        WalTest.Heard heard = new WalTest.Heard();
        long reported = 0;
        disk.leave(400 << 10);
        try (Wal wal = Wal.open(directory, options)) {
            wal.start(heard);
            for (int i = 1; i <= 100; i++)
                wal.append(i, new HardState(1, 1, i - 1), WalTest.entries(1, i, i, 20_000), true);
            assertNotNull(heard.room.poll(10, TimeUnit.SECONDS), "told that there is no room");
            for (Long done = heard.poll(0); done != null; done = heard.poll(0)) reported = done;
        }
        disk.makeRoom();
        Recovered recovered = WalTest.reopen(directory, options);
        assertTrue(recovered.entries().size() >= reported);
        assertEquals(WalTest.entries(1, 1, recovered.entries().size(), 20_000), recovered.entries());
    }
}
