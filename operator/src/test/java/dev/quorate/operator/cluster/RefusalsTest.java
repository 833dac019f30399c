package dev.quorate.operator.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import dev.quorate.operator.cluster.Refusals.Attempt;
import dev.quorate.operator.plan.Step.AddLearner;
import dev.quorate.operator.plan.Step.Reason;
import dev.quorate.operator.plan.Step.Wait;
import io.javaoperatorsdk.operator.processing.event.ResourceID;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class RefusalsTest {
    private static final ResourceID CLUSTER = new ResourceID("a", "ns");
    private static final Attempt STEP = new Attempt(CLUSTER, 7, new AddLearner(3));
    private static final Instant START = Instant.EPOCH;

    private final Refusals refusals = new Refusals();

    @Test
    void eachRefusalOfTheSameStepRestsTwiceAsLongUpToAMinute() {
        List<Long> rests = new ArrayList<>();
        Instant now = START;
        for (int i = 0; i < 9; i++) {
            refusals.note(STEP, "no", now);
            Duration rest = refusals.rest(CLUSTER, now);
            rests.add(rest.toSeconds());
            assertThat(refusals.instead(STEP, now.plus(rest).minusMillis(1))).isPresent();
            now = now.plus(rest);
            assertThat(refusals.instead(STEP, now)).isEmpty();
        }
        assertThat(rests).containsExactly(1L, 2L, 4L, 8L, 16L, 32L, 60L, 60L, 60L);
    }

    @Test
    void theReasonIsToldInTheSameWordsEveryTime() {
        Wait first = refusals.note(STEP, "too many learners", START);
        assertThat(first)
                .isEqualTo(new Wait(Reason.REFUSED, "cannot add pod 3 as a learner: too many learners"))
                .isEqualTo(refusals.note(STEP, "too many learners", START.plusSeconds(5)));
        assertThat(refusals.instead(STEP, START.plusSeconds(5))).contains(first);
    }

    @Test
    void anotherStepAndAChangedOrAnotherClusterAreFreeAtOnce() {
        refusals.note(STEP, "no", START);
        ResourceID other = new ResourceID("b", "ns");
        assertThat(List.of(
                        new Attempt(CLUSTER, 7, new AddLearner(4)),
                        new Attempt(CLUSTER, 8, STEP.step()),
                        new Attempt(other, 7, STEP.step())))
                .allSatisfy(free -> assertThat(refusals.instead(free, START)).isEmpty());
    }

    @Test
    void aStepThatSucceededBeginsAnew() {
        refusals.note(STEP, "no", START);
        assertThat(refusals.isStubborn(CLUSTER)).isFalse();
        refusals.note(STEP, "no", START);
        assertThat(refusals.isStubborn(CLUSTER)).isTrue();
        refusals.succeeded(CLUSTER);
        assertThat(refusals.instead(STEP, START)).isEmpty();
        refusals.note(STEP, "no", START);
        assertThat(refusals.rest(CLUSTER, START)).isEqualTo(Duration.ofSeconds(1));
    }
}
