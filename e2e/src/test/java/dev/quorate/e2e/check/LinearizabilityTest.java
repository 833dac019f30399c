package dev.quorate.e2e.check;

import static org.assertj.core.api.Assertions.assertThat;

import dev.quorate.e2e.history.Change;
import dev.quorate.e2e.history.Operation;
import dev.quorate.e2e.history.Operation.Answer;
import dev.quorate.e2e.history.Operation.Request;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** The checker is only worth something if it finds each kind of lie. */
class LinearizabilityTest {
    private static final List<Change> HISTORY = List.of(
            new Change(2, "a", Optional.of("1")),
            new Change(3, "b", Optional.of("x")),
            new Change(4, "a", Optional.of("2")),
            new Change(5, "a", Optional.empty()));

    private static final List<Operation> TRUE_CALLS = List.of(
            operation(0, 10, new Request.Put("a", "1"), written(2)),
            operation(20, 30, new Request.Put("b", "x"), written(3)),
            operation(40, 50, new Request.CompareAndPut("a", 2, "2"), written(4)),
            operation(41, 60, new Request.Get("a", false), found(3, "1", 2)),
            operation(62, 70, new Request.CompareAndPut("a", 2, "9"), new Answer(4, false, Optional.empty(), 0)),
            operation(80, 90, new Request.Delete("a"), new Answer(5, true, Optional.empty(), 0)),
            operation(95, 99, new Request.Get("a", true), found(2, "1", 2)));

    @Test
    void aTrueHistoryPasses() {
        assertThat(Linearizability.violations(TRUE_CALLS, HISTORY)).isEmpty();
    }

    @Test
    void anAcknowledgedWriteThatIsGoneIsFound() {
        assertThat(Linearizability.violations(TRUE_CALLS, HISTORY.subList(0, 3)))
                .anyMatch(violation -> violation.contains("LOST"));
    }

    @Test
    void aChangeThatNobodyAskedForIsFound() {
        assertThat(Linearizability.violations(TRUE_CALLS.subList(1, TRUE_CALLS.size()), HISTORY))
                .containsExactly("nobody asked for " + HISTORY.getFirst());
    }

    @Test
    void aWriteWithoutAnAnswerMayHaveHappened() {
        Operation unknown = new Operation(1, 0, 10, new Request.Put("a", "1"), Optional.empty());
        List<Operation> calls = List.of(unknown, TRUE_CALLS.get(1), TRUE_CALLS.get(2), TRUE_CALLS.get(5));
        assertThat(Linearizability.violations(calls, HISTORY)).isEmpty();
    }

    @Test
    void halfATransactionIsFound() {
        Operation both = operation(92, 99, new Request.PutBoth("a", "c", "9"), written(6));
        List<Operation> calls = new ArrayList<>(TRUE_CALLS);
        calls.add(both);
        List<Change> history = new ArrayList<>(HISTORY);
        history.add(new Change(6, "a", Optional.of("9")));
        assertThat(Linearizability.violations(calls, history))
                .singleElement()
                .asString()
                .contains("another change");
        history.add(new Change(6, "c", Optional.of("9")));
        assertThat(Linearizability.violations(calls, history)).isEmpty();
    }

    @Test
    void aStaleReadIsFound() {
        assertThat(with(operation(92, 99, new Request.Get("b", false), found(4, "x", 3))))
                .singleElement()
                .asString()
                .contains("STALE");
    }

    @Test
    void aSerializableReadMayBeOldButNotWrong() {
        assertThat(with(operation(92, 99, new Request.Get("b", true), found(3, "x", 3))))
                .isEmpty();
        assertThat(with(operation(92, 99, new Request.Get("b", true), found(2, "x", 3))))
                .isNotEmpty();
    }

    @Test
    void aReadOfAValueThatWasNeverThereIsFound() {
        assertThat(with(operation(92, 99, new Request.Get("a", false), found(5, "1", 2))))
                .isNotEmpty();
        assertThat(with(operation(92, 99, new Request.Get("b", false), found(5, "x", 4))))
                .isNotEmpty();
    }

    @Test
    void aCompareThatSucceededOnAFalseConditionIsFound() {
        List<Operation> calls = TRUE_CALLS.stream()
                .map(call -> call.request() instanceof Request.CompareAndPut compare
                                && compare.value().equals("2")
                        ? operation(40, 50, new Request.CompareAndPut("a", 1, "2"), written(4))
                        : call)
                .toList();
        assertThat(Linearizability.violations(calls, HISTORY)).hasSize(1);
    }

    private static List<String> with(Operation operation) {
        List<Operation> calls = new ArrayList<>(TRUE_CALLS);
        calls.add(operation);
        return Linearizability.violations(calls, HISTORY);
    }

    private static Operation operation(long start, long end, Request request, Answer answer) {
        return new Operation(0, start, end, request, Optional.of(answer));
    }

    private static Answer written(long revision) {
        return new Answer(revision, true, Optional.empty(), revision);
    }

    private static Answer found(long revision, String value, long modRevision) {
        return new Answer(revision, false, Optional.of(value), modRevision);
    }
}
