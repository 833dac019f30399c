package dev.quorate.store.wal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quorate.store.raft.Entry;
import dev.quorate.store.raft.EntryId;
import dev.quorate.store.raft.HardState;
import dev.quorate.store.sim.SimDisk;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/**
 * After a sync that failed nobody knows what is on the disk, and asking again gets a wrong answer: the system drops what
 * it could not write. So the log ends, whichever of its syncs it was.
 */
class FailedSyncTest {
    private static final WalOptions OPTIONS = new WalOptions(8 << 10, true, nanos -> {}, Runnable::run);
    private static final int BATCHES = 60;

    @Test
    void theLogEndsAndNothingThatWasReportedIsLost() {
        int failures = SimDisk.eachForceFails(FailedSyncTest::writeWhileSyncFails);
        assertTrue(failures > BATCHES, "every batch is synced, and segments and names are as well");
    }

    /** Returns whether so many syncs were needed at all. */
    private static boolean writeWhileSyncFails(int sync) throws Exception {
        SimDisk disk = new SimDisk(new SplittableRandom(sync));
        Path directory = disk.root().resolve("wal");
        Wal.create(directory, WalTest.METADATA, OPTIONS);
        WalTest.Heard heard = new WalTest.Heard();
        Object last = 0L;
        try (Wal wal = Wal.open(directory, OPTIONS)) {
            disk.failForceAfter(sync);
            wal.start(heard);
            for (long batch = 1; batch <= BATCHES && last instanceof Long; batch++) {
                write(wal, batch);
                last = heard.any();
                if (last instanceof Long reported) assertEquals(batch, reported);
            }
            // A thread that still lived would write this before it closed.
            wal.append(BATCHES + 1, null, entries(BATCHES + 1), true);
        }
        assertEquals(0, disk.forcedAgain());
        if (last instanceof Long) return false;
        assertInstanceOf(IOException.class, last);
        assertTrue(heard.isSilent(), "nothing is reported behind the failure");
        disk.crash();
        checkNothingIsLost(WalTest.reopen(directory, OPTIONS), heard.reported());
        return true;
    }

    /** Also makes segments go and be used again, and in the middle forgets all of them. */
    private static void write(Wal wal, long batch) {
        if (batch == BATCHES / 2) {
            wal.install(batch, new HardState(1, 1, batch), new EntryId(1, batch), WalTest.THREE);
            return;
        }
        if (batch % 10 == 0) {
            wal.mark(new EntryId(1, batch - 1), WalTest.THREE);
            wal.release(batch - 1);
        }
        wal.append(batch, new HardState(1, 1, batch - 1), entries(batch), true);
    }

    private static List<Entry> entries(long index) {
        return WalTest.entries(1, index, index, 1_000);
    }

    private static void checkNothingIsLost(Recovered recovered, long reported) {
        List<Entry> found = recovered.entries();
        long base = recovered.base().index();
        assertTrue(base + found.size() >= reported, found.size() + " entries after " + base + ", not " + reported);
        assertTrue(recovered.hardState().commit() >= reported - 1);
        for (int i = 0; i < found.size(); i++) assertEquals(entries(base + i + 1), List.of(found.get(i)));
    }
}
