package dev.quorate.store.wal;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.quorate.store.raft.EntryId;
import dev.quorate.store.raft.HardState;
import dev.quorate.store.sim.SimDisk;
import java.io.IOException;
import java.nio.file.Path;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/**
 * A killed process leaves what it wrote in the system's memory. The next one reads it there and answers for it, so it
 * must be on the disk when the log is open.
 */
class KilledProcessTest {
    private static final WalOptions OPTIONS = new WalOptions(8 << 10, true, nanos -> {}, Runnable::run);
    private static final int BATCHES = 40;

    @Test
    void whatAStartFindsSurvivesAPowerCut() throws IOException {
        boolean killed = true;
        for (int calls = 0; killed; calls++) {
            SimDisk disk = new SimDisk(new SplittableRandom(calls));
            Path directory = disk.root().resolve("wal");
            killed = isKilledAfter(calls, disk, directory);
            disk.kill();
            if (!Wal.exists(directory)) continue;
            Recovered answeredFor = Wal.open(directory, OPTIONS).recovered();
            disk.crash();
            assertEquals(answeredFor, WalTest.reopen(directory, OPTIONS), "killed after " + calls + " calls");
        }
    }

    private static boolean isKilledAfter(int calls, SimDisk disk, Path directory) {
        WalTest.Heard heard = new WalTest.Heard();
        disk.cutAfter(calls);
        try {
            Wal.create(directory, WalTest.METADATA, OPTIONS);
            Wal wal = Wal.open(directory, OPTIONS);
            for (long batch = 1; batch <= BATCHES; batch++) {
                wal.append(
                        batch, new HardState(1, 1, batch - 1), WalTest.entries(1, batch, batch, 1_000), batch % 3 == 0);
                if (batch % 10 == 0) wal.mark(new EntryId(1, batch - 1), WalTest.THREE);
                if (batch % 10 == 0) wal.release(batch - 5);
                wal.step(heard);
            }
            return false;
        } catch (SimDisk.PowerCut | IOException killed) {
            return true;
        }
    }
}
