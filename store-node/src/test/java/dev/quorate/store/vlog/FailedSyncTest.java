package dev.quorate.store.vlog;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quorate.store.Invariant;
import dev.quorate.store.mvcc.Revision;
import dev.quorate.store.sim.SimDisk;
import dev.quorate.store.vlog.ValueLogOptions.ReadMode;
import java.io.IOException;
import java.nio.file.Path;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** A sync that was tried again would say that what the failed one has thrown away is safe. */
class FailedSyncTest {
    private static final ValueLogOptions OPTIONS = new ValueLogOptions(2_000, ReadMode.PREAD, 0.2, 1L << 40);
    private static final int BATCHES = 40;

    @Test
    void nothingCountsAsSafeAfterASyncThatFailed() {
        int failures = SimDisk.eachForceFails(FailedSyncTest::writeWhileSyncFails);
        assertTrue(failures > BATCHES, failures + " syncs");
    }

    /** Returns whether so many syncs were needed at all. */
    private static boolean writeWhileSyncFails(int sync) throws IOException {
        SimDisk disk = new SimDisk(new SplittableRandom(sync));
        Path folder = disk.root().resolve("log");
        long safe = 0;
        boolean failed = false;
        try (ValueLogFiles log = ValueLogFiles.open(folder, OPTIONS, 0, new ValueLogFilesTest.Told())) {
            ValueLogFiles.syncFolder(disk.root());
            disk.failForceAfter(sync);
            for (int i = 1; i <= BATCHES; i++) {
                ValueLogFilesTest.writeBatch(log, i);
                if (i > 4 && i % 2 == 0) log.dead(new Revision(i - 4, 0));
                try {
                    safe = log.force().index();
                    while (log.reclaim()) {}
                } catch (IOException fault) {
                    failed = true;
                } catch (Invariant.Broken refused) {
                    assertTrue(failed, "only after a failure");
                }
            }
        }
        assertEquals(0, disk.forcedAgain());
        disk.crash();
        checkNothingIsLost(folder, safe);
        return failed;
    }

    private static void checkNothingIsLost(Path folder, long safe) throws IOException {
        try (ValueLogFiles log = ValueLogFiles.open(folder, OPTIONS, safe, new ValueLogFilesTest.Told())) {
            for (int i = 1; i <= safe; i++) assertEquals(ValueLogFilesTest.value(i, 1), log.read(new Revision(i, 1)));
        }
    }
}
