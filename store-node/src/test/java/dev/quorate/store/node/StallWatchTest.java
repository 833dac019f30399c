package dev.quorate.store.node;

import static org.assertj.core.api.Assertions.assertThat;

import dev.quorate.store.node.StallWatch.Verdict;
import dev.quorate.store.node.StallWatch.View;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Limit 1000 ms, a look every 100 ms. */
class StallWatchTest {
    private static final long NEVER = Long.MAX_VALUE;

    private final StallWatch watch = new StallWatch(1_000);
    private long batch;

    @Test
    void whatADiskNeedsAndWhatComesOfIt() {
        assertThat(stall(0, 900, 10, true)).as("slow, but within the limit").isEmpty();
        assertThat(stall(2_000, 5_000, NEVER, true))
                .as("nobody else has it either")
                .isEmpty();
        assertThat(stall(10_000, 5_000, 4_800, true))
                .as("all disks are as slow")
                .isEmpty();
        assertThat(stall(20_000, 5_000, 10, false)).as("a follower").isEmpty();
        assertThat(stall(30_000, 5_000, 10, true)).as("only the leader's disk").containsExactly(31_000L);
    }

    @Test
    void aLeaderWhoseOthersNeededLongerWaitsTwiceAsLong() {
        assertThat(stall(0, 5_000, 800, true)).containsExactly(1_600L);
    }

    @Test
    void everyBatchCountsForItself() {
        for (int i = 0; i < 20; i++) assertThat(stall(i * 900L, 900, 0, true)).isEmpty();
    }

    @Test
    void stallsThatComeSoonAfterEachOtherMoveLeadershipEverMoreRarely() {
        List<Long> moves = new ArrayList<>();
        for (long start = 0; start < 100_000; start += 2_000) moves.addAll(stall(start, 1_900, 0, true));

        assertThat(moves).hasSizeLessThanOrEqualTo(6);
        for (int i = 2; i < moves.size(); i++)
            assertThat(moves.get(i) - moves.get(i - 1))
                    .as("pause %s of %s", i, moves)
                    .isGreaterThan(moves.get(i - 1) - moves.get(i - 2));
        assertThat(stall(1_000_000, 1_900, 0, true))
                .as("after a long time without")
                .hasSize(1);
        assertThat(stall(1_005_000, 1_900, 0, true))
                .as("the pause is short again")
                .hasSize(1);
    }

    @Test
    void whoStallsIsKnownToStallUntilTheDiskGoesOn() {
        assertThat(watch.look(new View(999, false, 1, 0, false))).isEqualTo(Verdict.FINE);
        assertThat(watch.look(new View(1_000, false, 1, 0, false))).isEqualTo(Verdict.STALLED);
        assertThat(watch.look(new View(5_000, false, 1, 0, true))).isEqualTo(Verdict.STALLED);
        assertThat(watch.look(new View(5_100, false, 0, 0, false))).isEqualTo(Verdict.FINE);
    }

    /** One batch that is under way for so long, and what the others need; returns when leadership was handed over. */
    private List<Long> stall(long startMillis, long forMillis, long othersMillis, boolean leads) {
        batch++;
        List<Long> moves = new ArrayList<>();
        for (long age = 0; age <= forMillis; age += 100) {
            View view = new View(startMillis + age, leads, batch, startMillis, age >= othersMillis);
            if (watch.look(view) == Verdict.HAND_OVER) {
                moves.add(startMillis + age);
                leads = false;
            }
        }
        watch.look(new View(startMillis + forMillis, leads, 0, 0, false));
        return moves;
    }
}
