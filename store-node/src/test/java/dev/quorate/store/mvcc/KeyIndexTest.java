package dev.quorate.store.mvcc;

import static org.assertj.core.api.Assertions.assertThat;

import dev.quorate.store.Bytes;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Objects;
import java.util.Random;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class KeyIndexTest {
    /** What the index must look like: a sorted map, copied whole whenever a picture is taken. */
    private static final class Model {
        final KeyIndex index = new KeyIndex();
        final TreeMap<Bytes, Boolean> live = new TreeMap<>();
        final Random random;
        long main = 1;

        Model(long seed) {
            random = new Random(seed);
        }

        Bytes key(int keys) {
            return Bytes.utf8("k" + random.nextInt(keys) + (random.nextInt(10) == 0 ? "/x" : ""));
        }

        void step(int keys) {
            main++;
            Bytes key = key(keys);
            int dice = random.nextInt(10);
            if (dice < 6) {
                index.put(key.shared(), main, 0);
                live.put(key, true);
            } else if (live.containsKey(key)) {
                remove(key, dice);
            }
        }

        private void remove(Bytes key, int dice) {
            if (dice < 8) {
                KeyVersions versions = Objects.requireNonNull(index.get(key.shared()));
                index.set(key.shared(), versions.tombstone(main, 0));
                live.put(key, false);
            } else {
                index.remove(key.shared());
                live.remove(key);
            }
        }
    }

    @Test
    void behavesLikeASortedMapAndOldPicturesNeverChange() {
        for (long seed = 0; seed < 100; seed++) {
            Model model = new Model(seed);
            int keys = 1 + model.random.nextInt(3000);
            KeyIndex.@Nullable Node picture = null;
            TreeMap<Bytes, Boolean> pictured = new TreeMap<>();
            for (int i = 0; i < 1200; i++) {
                model.step(keys);
                if (model.random.nextInt(300) == 0) {
                    if (picture != null) check(picture, pictured, model);
                    picture = model.index.freeze();
                    pictured = new TreeMap<>(model.live);
                }
            }
            if (picture != null) check(picture, pictured, model);
            check(model.index.current(), model.live, model);
            assertThat(model.index.keyCount()).as("seed " + seed).isEqualTo(model.live.size());
            drain(model);
        }
    }

    @Test
    void keysInOrderFillTheirLeavesAndAreAllFound() {
        KeyIndex index = new KeyIndex();
        for (int i = 0; i < 20_000; i++)
            index.put(Bytes.utf8(String.format("%08d", i)).shared(), i + 2, 0);
        KeyIndex.Node root = index.freeze();
        assertThat(root.live()).isEqualTo(20_000);
        assertThat(KeyIndex.liveBelow(root, Bytes.utf8("00012345").shared())).isEqualTo(12_345);
        int i = 0;
        for (KeyCursor cursor = new KeyCursor(root, KeyRange.ALL, true); cursor.valid(); cursor.advance()) {
            assertThat(Bytes.wrap(cursor.key())).isEqualTo(Bytes.utf8(String.format("%08d", i++)));
        }
        assertThat(i).isEqualTo(20_000);
    }

    private static void drain(Model model) {
        for (Bytes key : model.live.keySet()) model.index.remove(key.shared());
        assertThat(model.index.keyCount()).isZero();
        assertThat(new KeyCursor(model.index.current(), KeyRange.ALL, false).valid())
                .isFalse();
        model.index.put(Bytes.utf8("again").shared(), 1, 0);
        assertThat(model.index.get(Bytes.utf8("again").shared())).isNotNull();
    }

    private static void check(KeyIndex.Node root, NavigableMap<Bytes, Boolean> expected, Model model) {
        for (int i = 0; i < 20; i++) {
            Bytes from = i == 0 ? KeyRange.ALL.from() : model.key(3000);
            Bytes to = i < 2 ? KeyRange.ALL.from() : model.key(3000);
            KeyRange range = KeyRange.of(from, to);
            if (range.isEmpty()) continue;
            Map<Bytes, Boolean> part =
                    range.isUnbounded() ? expected.tailMap(from, true) : expected.subMap(from, true, to, false);
            TreeMap<Bytes, Boolean> all = new TreeMap<>();
            for (KeyCursor cursor = new KeyCursor(root, range, false); cursor.valid(); cursor.advance()) {
                all.put(Bytes.wrap(cursor.key()), cursor.versions().isLive());
            }
            assertThat(all).isEqualTo(part);
            long live = part.values().stream().filter(one -> one).count();
            long walked = 0;
            for (KeyCursor cursor = new KeyCursor(root, range, true); cursor.valid(); cursor.advance()) walked++;
            assertThat(walked).isEqualTo(live);
            long upTo = range.isUnbounded() ? root.live() : KeyIndex.liveBelow(root, to.shared());
            assertThat(upTo - KeyIndex.liveBelow(root, from.shared())).isEqualTo(live);
        }
        for (Bytes key : expected.keySet())
            assertThat(KeyIndex.find(root, key.shared())).isNotNull();
    }
}
