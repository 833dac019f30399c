package dev.quorate.store.wal;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.quorate.store.raft.HardState;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a batch costs beside the bare write and fdatasync under it. Tiny in the build; {@code -Dbench=5000} measures. */
class WalBenchTest {
    private static final int ROUNDS = Integer.getInteger("bench", 20);
    private static final int ENTRY_BYTES = 300;

    @TempDir
    Path root;

    @Test
    void oneBatchAtATimeAndManyAtOnce() throws Exception {
        print("raw write + fdatasync, zeroed file", raw());
        Path directory = root.resolve("wal");
        WalOptions options = new WalOptions(64L << 20, true, nanos -> {});
        Wal.create(directory, WalTest.METADATA, options);
        WalTest.Heard heard = new WalTest.Heard();
        long batch = 0;
        try (Wal wal = Wal.open(directory, options)) {
            wal.start(heard);
            long[] nanos = new long[ROUNDS];
            for (int i = 0; i < ROUNDS; i++) {
                long start = System.nanoTime();
                wal.append(++batch, new HardState(1, 1, 0), WalTest.entries(1, batch, batch, ENTRY_BYTES), true);
                assertEquals(batch, heard.next());
                nanos[i] = System.nanoTime() - start;
            }
            print("one batch at a time", nanos);
            long many = 100L * ROUNDS;
            long start = System.nanoTime();
            for (long i = 0; i < many; i++)
                wal.append(++batch, new HardState(1, 1, 0), WalTest.entries(1, batch, batch, ENTRY_BYTES), true);
            for (long i = batch - many + 1; i <= batch; i++) assertEquals(i, heard.next());
            System.out.printf(
                    "%-36s %,d entries/s%n", "all at once", many * 1_000_000_000L / (System.nanoTime() - start));
        }
        long start = System.nanoTime();
        assertEquals(batch, WalTest.reopen(directory, options).entries().size());
        System.out.printf("%-36s %,d ms for %,d entries%n", "open", (System.nanoTime() - start) / 1_000_000, batch);
    }

    private long[] raw() throws Exception {
        long[] nanos = new long[ROUNDS];
        try (FileChannel file =
                FileChannel.open(root.resolve("raw"), StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
            file.write(ByteBuffer.allocate(ROUNDS * (ENTRY_BYTES + 40)));
            file.force(true);
            ByteBuffer bytes = ByteBuffer.allocateDirect(ENTRY_BYTES + 40);
            for (int i = 0; i < ROUNDS; i++) {
                bytes.clear();
                long start = System.nanoTime();
                file.write(bytes, (long) i * bytes.capacity());
                file.force(false);
                nanos[i] = System.nanoTime() - start;
            }
        }
        return nanos;
    }

    private static void print(String what, long[] nanos) {
        List<String> parts = new ArrayList<>();
        Arrays.sort(nanos);
        for (int percent : new int[] {50, 90, 99})
            parts.add("p" + percent + " " + nanos[(nanos.length - 1) * percent / 100] / 1000 + " us");
        System.out.printf("%-36s %s%n", what, String.join("  ", parts));
    }
}
