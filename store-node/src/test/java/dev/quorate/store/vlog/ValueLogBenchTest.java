package dev.quorate.store.vlog;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.quorate.store.Bytes;
import dev.quorate.store.mvcc.Revision;
import java.nio.file.Path;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Put, get, scan and restart of the log alone. Tiny in the build; {@code -Dbench=1000000} measures. */
class ValueLogBenchTest {
    private static final int VERSIONS = Integer.getInteger("bench", 20_000);
    private static final int BATCH = 100;

    @TempDir
    Path root;

    private long seen;

    private final Recovery counting = new Recovery() {
        @Override
        public void version(Revision revision, boolean tombstone, Bytes encoded) {
            seen++;
        }

        @Override
        public void fact(Bytes key, Bytes value) {
            seen++;
        }
    };

    @Test
    void putGetScanRestart() throws Exception {
        byte[] value = new byte[330];
        new SplittableRandom(1).nextBytes(value);
        Bytes encoded = Bytes.wrap(value);
        try (ValueLogFiles log = ValueLogFiles.open(root, ValueLogOptions.DEFAULT, 0, counting)) {
            long start = System.nanoTime();
            for (int i = 1; i <= VERSIONS; i++) {
                log.append(new Revision(i, 0), false, encoded);
                if (i % BATCH == 0) log.endBatch(i, 1, i);
            }
            print("put, batches of " + BATCH, start);
            SplittableRandom random = new SplittableRandom(2);
            start = System.nanoTime();
            for (int i = 0; i < VERSIONS; i++)
                assertEquals(
                        value.length,
                        log.read(new Revision(1 + random.nextInt(VERSIONS), 0)).size());
            print("get at random", start);
            start = System.nanoTime();
            log.scan(1, VERSIONS, (revision, tombstone, bytes) -> ++seen > 0);
            print("scan", start);
            assertEquals(VERSIONS, seen);
            start = System.nanoTime();
            log.force();
            print("force", start);
        }
        seen = 0;
        long start = System.nanoTime();
        ValueLogFiles.open(root, ValueLogOptions.DEFAULT, 0, counting).close();
        print("open", start);
        assertEquals(VERSIONS, seen);
    }

    private static void print(String what, long start) {
        long nanos = System.nanoTime() - start;
        System.out.printf("%-24s %,6d ns/version, %,d ms%n", what, nanos / VERSIONS, nanos / 1_000_000);
    }
}
