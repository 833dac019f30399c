package dev.quorate.store.node;

import static org.assertj.core.api.Assertions.assertThat;

import dev.quorate.store.node.Agreement.Standing;
import java.util.List;
import java.util.OptionalLong;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/** Who is accused, and what a member remembers of its own past. */
class AgreementTest {
    private static final long NOT_HEARD = 0;

    /** Digests of the members 1, 2, 3 and so on; the last {@code learners} of them are no voters. */
    private static List<Long> accused(int learners, long... digests) {
        return List.copyOf(Agreement.Verdict.accused(voters(learners, digests), votes(digests)));
    }

    private static SortedSet<Long> voters(int learners, long... digests) {
        SortedSet<Long> voters = new TreeSet<>();
        for (int i = 0; i < digests.length - learners; i++) voters.add(i + 1L);
        return voters;
    }

    private static SortedMap<Long, Long> votes(long... digests) {
        SortedMap<Long, Long> votes = new TreeMap<>();
        for (int i = 0; i < digests.length; i++) if (digests[i] != NOT_HEARD) votes.put(i + 1L, digests[i]);
        return votes;
    }

    @Test
    void whoDiffersFromAMajorityIsAccused() {
        assertThat(accused(0, 7, 7, 7)).isEmpty();
        assertThat(accused(0, 7, 8, 7)).containsExactly(2L);
        assertThat(accused(0, 8, 7, 7)).as("the leader itself").containsExactly(1L);
        assertThat(accused(0, 7, 7, 8, 9, 7)).containsExactly(3L, 4L);
        assertThat(accused(1, 7, 7, 8)).as("a learner").containsExactly(3L);
    }

    @Test
    void nobodyIsAccusedBeforeAMajorityIsHeard() {
        assertThat(accused(0, 7, 8, NOT_HEARD)).isEmpty();
        assertThat(accused(0, 7, NOT_HEARD, NOT_HEARD)).isEmpty();
        assertThat(accused(1, 7, NOT_HEARD, NOT_HEARD, 8))
                .as("learners have no say")
                .isEmpty();
    }

    @Test
    void withoutAMajorityNobodyIsTrusted() {
        assertThat(accused(0, 7, 8)).containsExactly(1L, 2L);
        assertThat(accused(0, 7, 8, 9)).containsExactly(1L, 2L, 3L);
    }

    /** The leader is the first of them; what it holds against the most frequent other state. */
    @Test
    void aLeaderIsComparedWithTheMostFrequentOtherState() {
        assertThat(standing(0, 7)).isEqualTo(new Standing(1, 0));
        assertThat(standing(0, 7, NOT_HEARD, NOT_HEARD)).isEqualTo(new Standing(1, 0));
        assertThat(standing(0, 7, 8, NOT_HEARD)).isEqualTo(new Standing(1, 1));
        assertThat(standing(0, 8, 7, 7, NOT_HEARD, NOT_HEARD)).isEqualTo(new Standing(1, 2));
        assertThat(standing(0, 7, 7, 8, 9, 8)).isEqualTo(new Standing(2, 2));
        assertThat(standing(1, 7, 7, 8)).as("learners have no say").isEqualTo(new Standing(2, 0));
    }

    private static Standing standing(int learners, long... digests) {
        return Standing.of(digests[0], voters(learners, digests), votes(digests));
    }

    @Test
    void theLastDigestsAreRemembered() {
        Digests digests = new Digests();
        assertThat(digests.at(0)).isEmpty();
        digests.restart(100, 1);
        for (long index = 101; index <= 50_000; index++) digests.add(index, -index);
        assertThat(digests.last()).isEqualTo(50_000);
        assertThat(digests.at(50_000)).isEqualTo(OptionalLong.of(-50_000));
        assertThat(digests.at(40_000)).isEqualTo(OptionalLong.of(-40_000));
        assertThat(digests.at(50_001)).isEmpty();
        assertThat(digests.at(20_000)).isEmpty();
        digests.restart(60_000, 5);
        assertThat(digests.at(50_000)).isEmpty();
        assertThat(digests.at(60_000)).isEqualTo(OptionalLong.of(5));
    }
}
