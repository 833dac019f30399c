package dev.quorate.store.node;

import static org.assertj.core.api.Assertions.assertThat;

import dev.quorate.store.node.Agreement.Confidence;
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

    /** The leader is the first of them. */
    private static Confidence after(int rounds, long... digests) {
        Confidence confidence = new Confidence();
        for (int round = 0; round < rounds; round++) round(confidence, 1, digests);
        return confidence;
    }

    private static boolean round(Confidence confidence, long term, long... digests) {
        boolean news = confidence.begin(term);
        confidence.count(digests[0], voters(0, digests), votes(digests));
        return news;
    }

    @Test
    void aLeaderHandsItsStateOutWhenAMajorityHasTheSame() {
        assertThat(after(1, 7).mayHandOut()).as("a lone voter").isTrue();
        assertThat(after(1, 7, 7, NOT_HEARD).mayHandOut()).isTrue();
        assertThat(after(1, 7, NOT_HEARD, NOT_HEARD).mayHandOut()).isFalse();
        assertThat(after(1, 7, 7, 8, 7, NOT_HEARD).mayHandOut()).isTrue();
    }

    @Test
    void forWantOfAMajorityMoreThanAnyOtherAreEnoughAfterSomeRounds() {
        assertThat(after(3, 7, NOT_HEARD).mayHandOut()).isFalse();
        assertThat(after(4, 7, NOT_HEARD).mayHandOut()).isTrue();
        assertThat(after(9, 7, 8, NOT_HEARD).mayHandOut()).as("one against one").isFalse();
        assertThat(after(9, 7, 7, 8, NOT_HEARD, NOT_HEARD).mayHandOut()).isTrue();
        assertThat(after(9, 7, 8, 8, NOT_HEARD, NOT_HEARD).mayHandOut()).isFalse();
    }

    @Test
    void whoIsOutvotedLeadsNoLongerOnceARoundIsOver() {
        assertThat(after(1, 7, 8, 8).isOutvoted()).isFalse();
        assertThat(after(2, 7, 8, 8).isOutvoted()).isTrue();
        assertThat(after(9, 7, 8, NOT_HEARD).isOutvoted()).isFalse();
        assertThat(after(9, 7, NOT_HEARD, NOT_HEARD).isOutvoted()).isFalse();
    }

    @Test
    void anotherTermBeginsWithoutConfidence() {
        Confidence confidence = after(5, 7, 7, NOT_HEARD);
        round(confidence, 2, 7, NOT_HEARD, NOT_HEARD);
        assertThat(confidence.mayHandOut()).isFalse();
    }

    @Test
    void thatAStateIsKeptBackIsToldOnce() {
        Confidence confidence = after(4, 7, 8, NOT_HEARD);
        assertThat(round(confidence, 1, 7, 8, NOT_HEARD))
                .as("told in the round before")
                .isFalse();
        confidence = after(3, 7, 8, NOT_HEARD);
        assertThat(round(confidence, 1, 7, 8, NOT_HEARD)).isTrue();
        confidence = after(3, 7, 7, NOT_HEARD);
        assertThat(round(confidence, 1, 7, 7, NOT_HEARD)).isFalse();
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
