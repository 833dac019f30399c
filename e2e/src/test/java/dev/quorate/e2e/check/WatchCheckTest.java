package dev.quorate.e2e.check;

import static org.assertj.core.api.Assertions.assertThat;

import dev.quorate.e2e.history.Change;
import dev.quorate.e2e.history.Heard;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class WatchCheckTest {
    private static final List<Change> HISTORY = List.of(
            new Change(2, "a", Optional.of("1")),
            new Change(3, "a", Optional.of("2")),
            new Change(3, "b", Optional.of("2")),
            new Change(4, "a", Optional.empty()));

    private static final List<Heard> ALL = List.of(
            new Heard(HISTORY.get(0), Optional.empty()),
            new Heard(HISTORY.get(1), Optional.of("1")),
            new Heard(HISTORY.get(2), Optional.empty()),
            new Heard(HISTORY.get(3), Optional.of("2")));

    private static Optional<String> violation(List<Heard> heard) {
        return WatchCheck.violation("w", heard, HISTORY);
    }

    @Test
    void whoHeardAllInOrderHeardRight() {
        assertThat(violation(ALL)).isEmpty();
    }

    @Test
    void whatWasMissedIsFound() {
        assertThat(violation(ALL.subList(0, 3)))
                .hasValueSatisfying(text -> assertThat(text).startsWith("w never heard of"));
        assertThat(violation(ALL.subList(1, 4))).isPresent();
    }

    @Test
    void whatCameTwiceOrWasInventedIsFound() {
        List<Heard> twice = new ArrayList<>(ALL);
        twice.add(1, ALL.getFirst());
        assertThat(violation(twice)).isPresent();
        List<Heard> more = new ArrayList<>(ALL);
        more.add(new Heard(new Change(5, "c", Optional.of("x")), Optional.empty()));
        assertThat(violation(more)).hasValueSatisfying(text -> assertThat(text).contains("never happened"));
    }

    @Test
    void anotherOrderIsFound() {
        assertThat(violation(List.of(ALL.get(0), ALL.get(2), ALL.get(1), ALL.get(3))))
                .isPresent();
    }

    @Test
    void aWrongValueBeforeIsFound() {
        List<Heard> wrong = new ArrayList<>(ALL);
        wrong.set(3, new Heard(HISTORY.get(3), Optional.of("1")));
        assertThat(violation(wrong)).hasValueSatisfying(text -> assertThat(text).contains("before it was"));
    }

    @Test
    void oneRevisionInTwoAnswersIsFound() {
        assertThat(WatchCheck.torn("w", List.of(ALL.subList(0, 1), ALL.subList(1, 4))))
                .isEmpty();
        assertThat(WatchCheck.torn("w", List.of(ALL.subList(0, 2), ALL.subList(2, 4))))
                .hasSize(1);
    }
}
