package dev.quorate.e2e.check;

import dev.quorate.e2e.history.Change;
import dev.quorate.e2e.history.Operation;
import dev.quorate.e2e.history.Operation.Answer;
import dev.quorate.e2e.history.Operation.Request;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Checks that the calls are linearizable, with the store's revisions as the proposed order.
 *
 * <pre>
 * The general problem is a search. Here it is not: every write that took effect has a revision of its own and every
 * answer carries the revision at which it was true, so the store itself names the order and only has to be right.
 *   1. Every acknowledged write stands in the store's history, at its revision, with its value.   (nothing is lost)
 *   2. Nothing else stands there but writes whose outcome is unknown, each at most once.          (nothing is invented)
 *   3. A call that began after another had ended has a revision not smaller, a write a greater one. (real time)
 *   4. A read found what the history says of its key at its revision.                             (no wrong answer)
 *   5. A failed compare was really false at its revision, a successful one true just before it.
 * Serializable reads keep 4 but not 3: they may be old, never wrong.
 * </pre>
 */
public final class Linearizability {
    private final List<Operation> operations;
    private final Map<String, NavigableMap<Long, Optional<String>>> byKey = new HashMap<>();
    private final Map<Long, List<Change>> byRevision = new HashMap<>();
    private final List<String> violations = new ArrayList<>();

    private Linearizability(List<Operation> operations, List<Change> history) {
        this.operations = operations;
        for (Change change : history) {
            byKey.computeIfAbsent(change.key(), any -> new TreeMap<>()).put(change.revision(), change.value());
            byRevision
                    .computeIfAbsent(change.revision(), any -> new ArrayList<>())
                    .add(change);
        }
    }

    /** One sentence per violation; empty = linearizable. */
    public static List<String> violations(List<Operation> operations, List<Change> history) {
        Linearizability check = new Linearizability(operations, history);
        check.everyAnswerIsTrue();
        check.everyChangeWasAskedFor();
        check.realTimeIsKept();
        return check.violations;
    }

    private void everyAnswerIsTrue() {
        for (Operation operation : operations) {
            if (operation.answer().isEmpty()) continue;
            Answer answer = operation.answer().get();
            switch (operation.request()) {
                case Request.Put _, Request.PutBoth _ -> expectChange(operation, answer);
                case Request.Delete delete -> {
                    if (answer.applied()) expectChange(operation, answer);
                    else if (at(delete.key(), answer.revision()).isPresent()) fail(operation, "the key existed");
                }
                case Request.CompareAndPut compare -> compared(operation, compare, answer);
                case Request.Get get -> {
                    Optional<String> truth = at(get.key(), answer.revision());
                    if (!truth.equals(answer.found())) fail(operation, "the history says " + truth);
                    long written = truth.isPresent() ? modRevision(get.key(), answer.revision()) : 0;
                    if (written != answer.modRevision()) fail(operation, "it was written at revision " + written);
                }
            }
        }
    }

    private void compared(Operation operation, Request.CompareAndPut compare, Answer answer) {
        long before = answer.applied() ? answer.revision() - 1 : answer.revision();
        long actual = at(compare.key(), before).isPresent() ? modRevision(compare.key(), before) : 0;
        if ((actual == compare.expectedModRevision()) != answer.applied()) {
            fail(operation, "the key was last modified at " + actual);
        }
        if (answer.applied()) expectChange(operation, answer);
    }

    private void expectChange(Operation operation, Answer answer) {
        List<Change> changes = byRevision.getOrDefault(answer.revision(), List.of());
        if (changes.isEmpty()) {
            fail(operation, "LOST: acknowledged, but the history has nothing at its revision");
        } else if (!effect(changes).equals(effect(operation.request()))) {
            fail(operation, "the history has another change at its revision: " + changes);
        }
    }

    private void everyChangeWasAskedFor() {
        Map<String, Integer> unknown = new HashMap<>();
        Set<Long> acknowledged = new HashSet<>();
        for (Operation operation : operations) {
            if (operation.answer().isPresent()) {
                if (isWrite(operation) && operation.answer().get().applied()) {
                    if (!acknowledged.add(operation.answer().get().revision())) {
                        fail(operation, "another write was acknowledged at the same revision");
                    }
                }
            } else if (isWrite(operation)) {
                unknown.merge(effect(operation.request()), 1, Integer::sum);
            }
        }
        byRevision.forEach((revision, changes) -> {
            boolean asked = acknowledged.contains(revision) || unknown.merge(effect(changes), -1, Integer::sum) >= 0;
            if (!asked) changes.forEach(change -> violations.add("nobody asked for " + change));
        });
    }

    private void realTimeIsKept() {
        List<Operation> byStart = known(Comparator.comparingLong(Operation::startNanos));
        List<Operation> byEnd = known(Comparator.comparingLong(Operation::endNanos));
        long seen = 0;
        Operation witness = null;
        int ended = 0;
        for (Operation operation : byStart) {
            while (ended < byEnd.size() && byEnd.get(ended).endNanos() < operation.startNanos()) {
                Operation earlier = byEnd.get(ended++);
                if (revision(earlier) > seen) {
                    seen = revision(earlier);
                    witness = earlier;
                }
            }
            boolean write =
                    isWrite(operation) && operation.answer().orElseThrow().applied();
            if (revision(operation) < seen || (write && revision(operation) == seen)) {
                fail(operation, "STALE: it began after this had ended: " + witness);
            }
        }
    }

    private List<Operation> known(Comparator<Operation> order) {
        return operations.stream()
                .filter(operation -> operation.answer().isPresent())
                .filter(operation -> !(operation.request() instanceof Request.Get get && get.serializable()))
                .sorted(order)
                .toList();
    }

    private Optional<String> at(String key, long revision) {
        Map.Entry<Long, Optional<String>> last = versions(key).floorEntry(revision);
        return last == null ? Optional.empty() : last.getValue();
    }

    private long modRevision(String key, long revision) {
        Long floor = versions(key).floorKey(revision);
        return floor == null ? 0 : floor;
    }

    private NavigableMap<Long, Optional<String>> versions(String key) {
        return byKey.getOrDefault(key, new TreeMap<>());
    }

    private static long revision(Operation operation) {
        return operation.answer().orElseThrow().revision();
    }

    private static boolean isWrite(Operation operation) {
        return !(operation.request() instanceof Request.Get);
    }

    /** What a write does to the store, as a whole: half of it is another effect. */
    private static String effect(Request request) {
        return switch (request) {
            case Request.Put put -> put.key() + "=" + put.value();
            case Request.CompareAndPut put -> put.key() + "=" + put.value();
            case Request.PutBoth both ->
                Stream.of(both.key(), both.other())
                        .map(key -> key + "=" + both.value())
                        .sorted()
                        .collect(Collectors.joining(","));
            case Request.Delete delete -> delete.key() + "=";
            case Request.Get get -> throw new IllegalArgumentException("a read has no effect: " + get);
        };
    }

    private static String effect(List<Change> changes) {
        return changes.stream()
                .map(change -> change.key() + "=" + change.value().orElse(""))
                .sorted()
                .collect(Collectors.joining(","));
    }

    private void fail(Operation operation, String why) {
        violations.add(operation + ": " + why);
    }
}
