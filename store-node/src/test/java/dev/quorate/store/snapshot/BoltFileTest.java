package dev.quorate.store.snapshot;

import static org.assertj.core.api.Assertions.assertThat;

import dev.quorate.store.Bytes;
import dev.quorate.store.mvcc.Revision;
import dev.quorate.store.node.port.SnapshotStore;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.SplittableRandom;
import java.util.TreeMap;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class BoltFileTest {
    private static final int LARGE = 30_000;

    /** From no leaf at all over one, and one level of branches, to two. */
    @ParameterizedTest
    @ValueSource(ints = {0, 1, 20, 3_000, 60_000})
    void everyVersionThatCountsAndTheLatestFactOfEachNameAreInTheFile(int versions) throws Exception {
        State state = new State(versions);
        Revision gone = new Revision(3, 1);
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (BoltFile file = new BoltFile(state.told, (at, encoded) -> at.equals(gone), "3.7.0")) {
            file.writeTo(piece -> bytes.write(piece.array(), piece.position(), piece.remaining()));
            assertThat(bytes.size()).isEqualTo((int) file.sizeBytes());
        }
        SortedMap<String, SortedMap<Bytes, Bytes>> buckets = BoltReader.read(bytes.toByteArray());
        assertThat(buckets.keySet())
                .containsExactly(
                        "alarm",
                        "auth",
                        "authRoles",
                        "authUsers",
                        "cluster",
                        "key",
                        "lease",
                        "members",
                        "members_removed",
                        "meta");
        assertThat(state.keys.remove(gone.bucketKey(false)) != null).isEqualTo(versions > 4);
        assertThat(buckets.get("key")).isEqualTo(state.keys);
        assertThat(buckets.get("members")).containsExactly(entry("a1", "new"));
        assertThat(buckets.get("lease")).isEmpty();
        assertThat(buckets.get("alarm")).containsExactly(entry("x", ""));
        assertThat(buckets.get("meta")).containsEntry(Bytes.utf8("storageVersion"), Bytes.utf8("3.7.0"));
        assertThat(state.told.isClosed()).isTrue();
    }

    private static Map.Entry<Bytes, Bytes> entry(String key, String value) {
        return Map.entry(Bytes.utf8(key), Bytes.utf8(value));
    }

    private static final class State {
        final SortedMap<Bytes, Bytes> keys = new TreeMap<>();
        private final List<Revision> revisions = new ArrayList<>();
        final ToldState told = new ToldState(this::tell);

        State(int versions) {
            SplittableRandom random = new SplittableRandom(versions);
            for (int i = 0; i < versions; i++) {
                Revision revision = new Revision(2 + i / 3, i % 3);
                byte[] value = new byte[random.nextInt(100) == 0 ? random.nextInt(LARGE) : random.nextInt(50)];
                random.nextBytes(value);
                revisions.add(revision);
                keys.put(revision.bucketKey(i % 7 == 0), Bytes.wrap(value));
            }
        }

        private void tell(SnapshotStore.Records records) throws IOException {
            records.fact(Bytes.utf8("members/a1"), Bytes.utf8("old"));
            records.fact(Bytes.utf8("lease/l"), Bytes.utf8("granted"));
            for (int i = 0; i < revisions.size(); i++) {
                Bytes value = keys.get(revisions.get(i).bucketKey(i % 7 == 0));
                records.version(revisions.get(i), i % 7 == 0, value);
            }
            records.fact(Bytes.utf8("lease/l"), Bytes.EMPTY);
            records.fact(Bytes.utf8("members/a1"), Bytes.utf8("new"));
            records.fact(Bytes.utf8("alarm/x"), Bytes.wrap(new byte[] {1}));
        }
    }
}
