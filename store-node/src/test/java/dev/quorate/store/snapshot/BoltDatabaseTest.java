package dev.quorate.store.snapshot;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.quorate.store.Bytes;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Objects;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What bbolt wrote: small buckets inside their entry, a value over several pages, pages that nobody uses any more. */
class BoltDatabaseTest {
    private static final int PAGE_BYTES = 4096;
    private static final int HASH_BYTES = 32;

    /** A page's number, flags, count and overflow, and the first element or the meta. */
    private static final int HEAD_BYTES = 80;

    @TempDir
    Path folder;

    private Path file;
    private byte[] bytes;

    @BeforeEach
    void unpack() throws IOException {
        file = folder.resolve("db");
        InputStream packed = Objects.requireNonNull(getClass().getResourceAsStream("/restore/etcd-3.5.30.db.gz"));
        try (InputStream in = new GZIPInputStream(packed)) {
            byte[] all = in.readAllBytes();
            bytes = Arrays.copyOf(all, all.length - HASH_BYTES);
        }
        Files.write(file, bytes);
    }

    @Test
    void smallBucketsAndLargeValuesAreRead() throws IOException {
        assertThat(bucket("lease")).hasSize(2);
        assertThat(bucket("meta")).containsKey(Bytes.utf8("finishedCompactRev"));
        assertThat(bucket("key").values()).anyMatch(value -> value.size() > 2 * PAGE_BYTES);
        assertThat(bucket("authUsers")).isEmpty();
        assertThat(bucket("no such bucket")).isEmpty();
    }

    /** A writer that died between its two writes leaves one meta as it was. */
    @Test
    void theOtherMetaIsEnough() throws IOException {
        SortedMap<Bytes, Bytes> keys = bucket("key");
        ByteBuffer numbers = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
        int newer = numbers.getLong(64) > numbers.getLong(PAGE_BYTES + 64) ? 0 : 1;
        byte[] torn = bytes.clone();
        torn[(1 - newer) * PAGE_BYTES + 40] ^= 1;
        Files.write(file, torn);
        assertThat(bucket("key")).isEqualTo(keys);
        torn[newer * PAGE_BYTES + 40] ^= 1;
        Files.write(file, torn);
        assertThatThrownBy(() -> bucket("key")).hasMessageContaining("its first pages are damaged");
    }

    /** A client that may write large values could else put another key space in its place. */
    @Test
    void aValueThatLooksLikeAMetaIsNone() throws IOException {
        SortedMap<Bytes, Bytes> keys = bucket("key");
        int insideAValue = 8 * PAGE_BYTES;
        byte[] forged =
                new BoltMeta(insideAValue, 2, 2, Long.MAX_VALUE).encoded(1).array();
        System.arraycopy(forged, 0, bytes, insideAValue, BoltMeta.BYTES);
        Files.write(file, bytes);
        assertThat(bucket("key")).isEqualTo(keys);
    }

    @Test
    void everyFlippedByteOfAPagesHeadIsAnErrorOrAnotherEntryAndNothingWorse() throws IOException {
        int refused = 0;
        for (int page = 0; page < bytes.length; page += PAGE_BYTES) {
            for (int at = page; at < page + HEAD_BYTES; at++) {
                for (int bit : new int[] {1, 0x80}) {
                    byte[] flipped = bytes.clone();
                    flipped[at] ^= (byte) bit;
                    Files.write(file, flipped);
                    try {
                        for (String name : new String[] {"key", "lease", "meta"}) bucket(name);
                    } catch (IOException damaged) {
                        assertThat(damaged.getMessage()).contains(file.toString());
                        refused++;
                    }
                }
            }
        }
        assertThat(refused).isGreaterThan(100);
    }

    private SortedMap<Bytes, Bytes> bucket(String name) throws IOException {
        SortedMap<Bytes, Bytes> entries = new TreeMap<>();
        try (BoltDatabase database = BoltDatabase.open(file, Files.size(file))) {
            database.bucket(
                    name, (key, value) -> assertThat(entries.put(key, value)).isNull());
        }
        return entries;
    }
}
