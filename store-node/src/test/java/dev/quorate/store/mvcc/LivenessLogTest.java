package dev.quorate.store.mvcc;

import static org.assertj.core.api.Assertions.assertThat;

import dev.quorate.store.Bytes;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

class LivenessLogTest {
    /** Keys come to life and die at random; what lived at any revision is known, and must be what the log says. */
    @Test
    void theNumberOfKeysThatLivedIsRight() {
        SplittableRandom random = new SplittableRandom(5);
        LivenessLog log = new LivenessLog(1);
        TreeSet<Bytes> living = new TreeSet<>();
        List<TreeSet<Bytes>> lived = new ArrayList<>(List.of(new TreeSet<>(), new TreeSet<>()));
        for (long main = 2; main < 6_000; main++) {
            // Now and then several changes at one revision, so that one lies across the pieces of the log.
            for (int i = random.nextInt(4) == 0 ? 3 : 1; i > 0; i--) {
                Bytes key = Bytes.utf8("k" + random.nextInt(150));
                boolean born = living.add(key);
                if (!born) living.remove(key);
                log.add(main, key.shared(), born);
            }
            lived.add(new TreeSet<>(living));
        }
        for (int i = 0; i < 20_000; i++) {
            int revision = 1 + random.nextInt(lived.size() - 1);
            KeyRange range = range(random);
            long expected = count(lived.get(revision), range) - count(living, range);
            assertThat(LivenessLog.correction(log.mark(), revision, range, Long.MAX_VALUE))
                    .as("%s at %d", range, revision)
                    .isEqualTo(expected);
        }
    }

    private static KeyRange range(SplittableRandom random) {
        Bytes from = Bytes.utf8("k" + random.nextInt(150));
        return switch (random.nextInt(3)) {
            case 0 -> KeyRange.of(from, KeyRange.ALL.rangeEnd());
            case 1 -> KeyRange.prefix(from);
            default -> from.compareTo(Bytes.utf8("k99")) < 0 ? KeyRange.of(from, Bytes.utf8("k99")) : KeyRange.ALL;
        };
    }

    private static long count(TreeSet<Bytes> keys, KeyRange range) {
        if (range.isEmpty()) return 0;
        return keys.stream().filter(range::contains).count();
    }

    @Test
    void whatIsForgottenIsUnknownAndNotWrong() {
        LivenessLog log = new LivenessLog(1);
        LivenessLog.Mark early = log.mark();
        for (long main = 2; main < 600_000; main++) log.add(main, new byte[] {1}, main % 2 == 0);
        assertThat(LivenessLog.correction(log.mark(), 10, KeyRange.ALL, Long.MAX_VALUE))
                .isEqualTo(LivenessLog.UNKNOWN);
        assertThat(LivenessLog.correction(log.mark(), 599_000, KeyRange.ALL, 10))
                .isEqualTo(LivenessLog.UNKNOWN);
        assertThat(LivenessLog.correction(log.mark(), 500_000, KeyRange.ALL, 20_000))
                .isBetween(-1L, 1L);
        assertThat(LivenessLog.correction(early, 1, KeyRange.ALL, 10)).isZero();
    }
}
