package dev.quorate.store.vlog;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quorate.store.Bytes;
import dev.quorate.store.disk.SmallDisk;
import dev.quorate.store.mvcc.FoundVersion;
import dev.quorate.store.mvcc.KeyValue;
import dev.quorate.store.mvcc.Revision;
import dev.quorate.store.node.port.DurableLog.Room;
import dev.quorate.store.vlog.ValueLogOptions.ReadMode;
import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Not one block is left, and neither is a spare file: garbage must be given back all the same. */
class FullDiskReclaimTest {
    private static final int SEGMENT_BYTES = 1 << 20;
    private static final ValueLogOptions OPTIONS = new ValueLogOptions(SEGMENT_BYTES, ReadMode.MMAP, 0.5, 1L << 40);
    private static final Recovery NOTHING_YET = new Recovery() {
        @Override
        public void version(FoundVersion found) {
            throw new AssertionError(found);
        }

        @Override
        public void fact(Bytes key, Bytes value) {
            throw new AssertionError(key);
        }
    };
    private static final Bytes VALUE = Bytes.wrap(new byte[20_000]);

    @TempDir
    Path root;

    @Test
    void garbageIsGivenBackOnADiskWithoutABlockLeft() throws IOException {
        try (SmallDisk disk = SmallDisk.mount(root.resolve("disk"), 16);
                ValueLogFiles log = ValueLogFiles.open(disk.root().resolve("log"), OPTIONS, 0, NOTHING_YET)) {
            AtomicReference<Room> room = new AtomicReference<>(Room.ENOUGH);
            log.onRoom(room::set);
            long main = 2;
            while (log.segments().files().size() < 8) put(log, main++);
            disk.leave(SEGMENT_BYTES);
            while (room.get() == Room.ENOUGH) put(log, main++);
            assertEquals(Room.LOW, room.get());
            disk.leave(0);
            assertEquals(0, disk.freeBytes());
            int rounds = 0;
            while (log.reclaim()) rounds++;
            assertTrue(rounds > 0);
            assertTrue(disk.freeBytes() > 4 * SEGMENT_BYTES, "given back: " + disk.freeBytes());
            log.reserve();
            assertEquals(Room.ENOUGH, room.get());
            assertFalse(log.read(new Revision(main - 1, 0)).isEmpty());
        }
    }

    /** The version before is garbage from then on. */
    private static void put(ValueLogFiles log, long main) {
        log.append(new Revision(main, 0), false, new KeyValue(Bytes.utf8("k"), 2, main, main - 1, VALUE, 0).encoded());
        log.endBatch(main, 1, main);
        if (main > 2) log.dead(new Revision(main - 1, 0));
        log.reserve();
    }
}
