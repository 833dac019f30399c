package dev.quorate.store.mvcc;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class KeyVersionsTest {
    /** One object and what it must show for ever. */
    private record Picture(KeyVersions versions, List<Long> mains) {
        void check(long seed) {
            List<Long> shown = new ArrayList<>();
            for (int i = 0; i < versions.count(); i++) {
                shown.add(versions.main(i));
                assertThat(versions.sub(i)).isEqualTo(versions.main(i) % 3);
                assertThat(versions.at(versions.main(i))).isEqualTo(i);
            }
            assertThat(shown).as("seed " + seed).isEqualTo(mains);
        }

        Picture written(long main) {
            List<Long> more = new ArrayList<>(mains);
            more.add(main);
            return new Picture(versions.put(main, main % 3), more);
        }

        Picture cut(int first) {
            return new Picture(versions.from(first), mains.subList(first, mains.size()));
        }
    }

    @Test
    void whatWasShownOnceStaysAlthoughNewerVersionsMayStandInTheSameArray() {
        for (long seed = 0; seed < 200; seed++) {
            Random random = new Random(seed);
            List<Picture> pictures = new ArrayList<>();
            Picture newest = new Picture(KeyVersions.first(1, 1), List.of(1L));
            for (long main = 2; main < 60; main++) {
                pictures.add(newest);
                int dice = random.nextInt(20);
                // A branch: the writer goes on from an older picture, as after a transaction that was given up.
                if (dice == 0) newest = pictures.get(random.nextInt(pictures.size()));
                else if (dice == 1)
                    newest = newest.cut(random.nextInt(newest.versions().count()));
                newest = newest.written(main);
            }
            for (Picture picture : pictures) picture.check(seed);
        }
    }
}
