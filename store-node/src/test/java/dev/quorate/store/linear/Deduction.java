package dev.quorate.store.linear;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * What follows from the calls of one key, whatever their order.
 *
 * <pre>
 * 1. A value that was found, and that only one call can have put, was put by it: so that call happened, and what it was
 *    told is known even if nobody heard it.
 * 2. It happened before the first that found the value had ended.
 * </pre>
 */
final class Deduction {
    private static final int NOBODY = -1;
    private static final int SEVERAL = -2;

    private final List<Call> calls;
    private final Map<String, Integer> writers = new HashMap<>();

    private Deduction(Collection<Call> calls) {
        this.calls = new ArrayList<>(calls);
        for (int i = 0; i < this.calls.size(); i++) {
            int writer = i;
            for (String value : this.calls.get(i).action().puts())
                writers.merge(value, writer, (one, other) -> SEVERAL);
        }
    }

    /** The same calls, of which more is known. */
    static List<Call> of(Collection<Call> calls) {
        Deduction deduction = new Deduction(calls);
        boolean more = true;
        while (more) more = deduction.round();
        return deduction.calls;
    }

    /** Values that were found and that only one of these can have put. */
    static Set<String> traceable(Collection<Call> calls) {
        Deduction deduction = new Deduction(calls);
        Set<String> values = new HashSet<>();
        for (Call call : calls)
            if (deduction.writer(call.action().found()) >= 0)
                values.add(call.action().found());
        return values;
    }

    private int writer(String value) {
        return value.isEmpty() ? NOBODY : writers.getOrDefault(value, NOBODY);
    }

    private boolean round() {
        boolean more = false;
        for (Call finder : List.copyOf(calls)) {
            String value = finder.action().found();
            int writer = writer(value);
            if (writer < 0 || !calls.get(writer).action().puts().contains(value)) continue;
            Call before = calls.get(writer);
            Call now = new Call(
                    before.key(),
                    before.invoked(),
                    Math.min(before.returned(), finder.returned()),
                    before.action().toldOf(value));
            more |= !now.equals(before);
            calls.set(writer, now);
        }
        return more;
    }
}
