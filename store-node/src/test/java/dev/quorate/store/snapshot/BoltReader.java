package dev.quorate.store.snapshot;

import static org.assertj.core.api.Assertions.assertThat;

import dev.quorate.store.Bytes;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.BitSet;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.BiConsumer;

/** Reads a database file as etcd's tools check it: sorted keys, every page used once, nothing behind the last one. */
public final class BoltReader {
    private static final int BRANCH = 1;
    private static final int LEAF = 2;

    private final ByteBuffer file;
    private final int pageBytes;
    private final BitSet seen = new BitSet();
    private final SortedMap<String, SortedMap<Bytes, Bytes>> buckets = new TreeMap<>();

    private BoltReader(byte[] bytes) {
        file = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
        assertThat(file.getInt(16)).isEqualTo(0xED0CDAED);
        pageBytes = file.getInt(24);
        assertThat(file.getLong(16 + 48))
                .as("the first meta is the newer one")
                .isGreaterThan(file.getLong(pageBytes + 64));
        seen.set(0, 2);
        walk(file.getLong(32), Map.of(), (name, value) -> {
            SortedMap<Bytes, Bytes> bucket = new TreeMap<>();
            buckets.put(name.toUtf8(), bucket);
            long root = ByteBuffer.wrap(value.shared())
                    .order(ByteOrder.LITTLE_ENDIAN)
                    .getLong();
            walk(root, Map.of(), bucket::put);
        });
        long pages = file.getLong(56);
        assertThat(bytes.length).isEqualTo(pages * pageBytes);
        assertThat(seen.cardinality()).as("no page is lost").isEqualTo((int) pages);
    }

    /** All buckets of a file that is in order. */
    public static SortedMap<String, SortedMap<Bytes, Bytes>> read(byte[] bytes) {
        return new BoltReader(bytes).buckets;
    }

    private void walk(long id, Map<String, Bytes> bounds, BiConsumer<Bytes, Bytes> entries) {
        int at = Math.toIntExact(id * pageBytes);
        assertThat(file.getLong(at)).isEqualTo(id);
        int pages = 1 + file.getInt(at + 12);
        assertThat(seen.nextSetBit((int) id))
                .satisfies(next -> assertThat(next < 0 || next >= id + pages).isTrue());
        seen.set((int) id, (int) id + pages);
        int count = file.getShort(at + 10) & 0xffff;
        Bytes last = bounds.get("from");
        for (int i = 0; i < count; i++) {
            int element = at + 16 + 16 * i;
            boolean leaf = file.getShort(at + 8) == LEAF;
            assertThat(leaf || file.getShort(at + 8) == BRANCH).isTrue();
            int position = element + file.getInt(element + (leaf ? 4 : 0));
            int keyBytes = file.getInt(element + (leaf ? 8 : 4));
            Bytes key = bytes(position, keyBytes);
            if (last != null) assertThat(key.compareTo(last)).isGreaterThanOrEqualTo(i == 0 ? 0 : 1);
            last = key;
            if (leaf) entries.accept(key, bytes(position + keyBytes, file.getInt(element + 12)));
            else walk(file.getLong(element + 8), Map.of("from", key), entries);
        }
    }

    private Bytes bytes(int at, int size) {
        byte[] bytes = new byte[size];
        file.get(at, bytes);
        return Bytes.wrap(bytes);
    }
}
