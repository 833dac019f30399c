package dev.quorate.e2e.bench;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.Locale;

/** What the disk itself takes for one small synced write: no server can answer a put faster. */
final class RawDisk {
    private static final int WRITES = 2_000;
    private static final int RECORD_BYTES = 320;

    private RawDisk() {}

    /** Overwrites a file of zeros record by record, as a preallocated log is written, and syncs after each. */
    static String measure() throws IOException {
        Path file = Files.createTempFile("quorate-bench", ".raw");
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
            ByteBuffer zeros = ByteBuffer.allocate(WRITES * RECORD_BYTES);
            while (zeros.hasRemaining()) channel.write(zeros);
            channel.force(true);
            long[] nanos = new long[WRITES];
            for (int i = 0; i < WRITES; i++) {
                ByteBuffer bytes = ByteBuffer.allocate(RECORD_BYTES);
                long begin = System.nanoTime();
                channel.write(bytes, (long) i * RECORD_BYTES);
                channel.force(false);
                nanos[i] = System.nanoTime() - begin;
            }
            Arrays.sort(nanos);
            return String.format(
                    Locale.ROOT,
                    "fdatasync of %d bytes: p50 %.1f us, p99 %.1f us",
                    RECORD_BYTES,
                    nanos[WRITES / 2] / 1e3,
                    nanos[WRITES * 99 / 100] / 1e3);
        } finally {
            Files.delete(file);
        }
    }
}
