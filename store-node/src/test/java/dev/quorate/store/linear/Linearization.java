package dev.quorate.store.linear;

import dev.quorate.store.linear.Action.Cell;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * The search for an order, key by key: registers of different keys do not know of each other.
 *
 * <pre>
 * 1. The next call in the order is one that began before any other that is left had ended (Wing and Gong).
 * 2. The same calls done with the same register in the end are the same problem, whatever their order (Lowe's memo); and
 *    what could not be ended cannot be ended either when more of the unknown calls are used up.
 * 3. A call that was told it changed nothing comes as soon as it may. An unknown one that changes nothing need not come.
 * 4. Values that nobody was told need no names; of two unknown calls that do the same, the earlier will do.
 * 5. A value that only one call can have put does not come back: as long as somebody has still to find it, it stays.
 * </pre>
 *
 * <p>Most that makes a search long is unknown calls. {@link Deduction} leaves fewer of them.
 */
public final class Linearization {
    private static final int MAX_CONFIGURATIONS = 30_000;
    private static final String UNSEEN = "*";

    /** Undecided when the search became too long. */
    public enum Verdict {
        POSSIBLE,
        IMPOSSIBLE,
        UNDECIDED
    }

    /**
     * What was found out.
     *
     * @param why how far it came and what could not follow; "" if it is possible
     */
    public record Result(Verdict verdict, String why) {
        static final Result POSSIBLE = new Result(Verdict.POSSIBLE, "");
    }

    private record Configuration(BitSet knownDone, Cell cell) {}

    private final List<Call> calls;
    private final BitSet done = new BitSet();

    /** With which unknown calls used up it was tried. */
    private final Map<Configuration, List<BitSet>> seen = new HashMap<>();

    /** How many calls that are left must find a value that does not come back. */
    private final Map<String, Integer> owed = new HashMap<>();

    private final int knownCalls;
    private int tried;
    private int known;
    private int furthest = -1;
    private String stuck = "";

    private Linearization(List<Call> calls) {
        this.calls = calls;
        this.knownCalls = (int) calls.stream().filter(Call::isKnown).count();
        this.known = knownCalls;
        for (String value : Deduction.traceable(calls)) owed.put(value, 0);
        for (Call call : calls) owe(call, 1);
    }

    /** The worst of all keys. */
    public static Result of(Collection<Call> history) {
        SortedMap<String, List<Call>> byKey = new TreeMap<>();
        for (Call call : history)
            byKey.computeIfAbsent(call.key(), key -> new ArrayList<>()).add(call);
        Result worst = Result.POSSIBLE;
        for (List<Call> ofKey : byKey.values()) {
            Result result = new Linearization(prepared(ofKey)).result();
            if (result.verdict() == Verdict.IMPOSSIBLE) return result;
            if (result.verdict() == Verdict.UNDECIDED) worst = result;
        }
        return worst;
    }

    /** In the order of their ends, so that the usual order is tried first. */
    private static List<Call> prepared(List<Call> asHeard) {
        List<Call> calls = Deduction.of(asHeard);
        Set<String> told = new HashSet<>();
        told.add("");
        for (Call call : calls) {
            if (call.action() instanceof Action.Read read) told.add(read.found());
            if (call.action() instanceof Action.CompareAndPut compare) told.add(compare.expected());
        }
        return calls.stream()
                .map(call -> new Call(
                        call.key(),
                        call.invoked(),
                        call.returned(),
                        call.action().renamed(value -> told.contains(value) ? value : UNSEEN)))
                .sorted(Comparator.comparingLong(Call::returned).thenComparingLong(Call::invoked))
                .toList();
    }

    private Result result() {
        if (search(Cell.ABSENT)) return Result.POSSIBLE;
        if (tried >= MAX_CONFIGURATIONS) return new Result(Verdict.UNDECIDED, calls.size() + " calls: " + stuck);
        return new Result(Verdict.IMPOSSIBLE, stuck);
    }

    private boolean search(Cell cell) {
        List<Integer> taken = new ArrayList<>();
        takeReads(cell, taken);
        boolean found = known == 0 || (isNew(cell) && branch(cell));
        if (!found) {
            for (int i : taken) giveBack(i);
        }
        return found;
    }

    private boolean isNew(Cell cell) {
        if (tried >= MAX_CONFIGURATIONS) return false;
        List<BitSet> before = seen.computeIfAbsent(
                new Configuration(done.get(0, knownCalls), cell), configuration -> new ArrayList<>(1));
        BitSet used = done.get(knownCalls, calls.size());
        for (BitSet fewer : before) {
            BitSet more = (BitSet) fewer.clone();
            more.andNot(used);
            if (more.isEmpty()) return false;
        }
        before.add(used);
        tried++;
        return true;
    }

    private void takeReads(Cell cell, List<Integer> taken) {
        boolean again = true;
        while (again && known > 0) {
            again = false;
            long end = firstEnd();
            for (int i = done.nextClearBit(0); i < calls.size(); i = done.nextClearBit(i + 1)) {
                Call call = calls.get(i);
                if (!call.action().isRead() || call.invoked() > end) continue;
                if (call.action().on(cell).isEmpty()) continue;
                take(i);
                taken.add(i);
                again = true;
            }
        }
    }

    private boolean branch(Cell cell) {
        long end = firstEnd();
        Set<Action> unknown = new HashSet<>();
        for (int i = done.nextClearBit(0); i < calls.size(); i = done.nextClearBit(i + 1)) {
            Call call = calls.get(i);
            if (call.invoked() > end) continue;
            Optional<Cell> next = call.action().on(cell);
            if (next.isEmpty() || call.action().isRead()) continue;
            if (!call.isKnown() && (next.get().equals(cell) || !unknown.add(call.action()))) continue;
            take(i);
            if (keepsWhatIsOwed(cell, next.get()) && search(next.get())) return true;
            giveBack(i);
        }
        remember(cell);
        return false;
    }

    private void remember(Cell cell) {
        if (done.cardinality() <= furthest) return;
        furthest = done.cardinality();
        stuck = calls.get(done.nextClearBit(0)) + " cannot follow, nor anything else, when there is " + cell + " after "
                + furthest + " of " + calls.size() + " calls";
    }

    /** Of the known calls that are left. */
    private long firstEnd() {
        return calls.get(done.nextClearBit(0)).returned();
    }

    private boolean keepsWhatIsOwed(Cell before, Cell after) {
        return before.value().equals(after.value()) || owed.getOrDefault(before.value(), 0) == 0;
    }

    private void owe(Call call, int more) {
        owed.computeIfPresent(call.action().found(), (value, count) -> count + more);
    }

    private void take(int i) {
        done.set(i);
        owe(calls.get(i), -1);
        if (calls.get(i).isKnown()) known--;
    }

    private void giveBack(int i) {
        done.clear(i);
        owe(calls.get(i), 1);
        if (calls.get(i).isKnown()) known++;
    }
}
