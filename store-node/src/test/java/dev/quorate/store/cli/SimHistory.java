package dev.quorate.store.cli;

import dev.quorate.store.linear.Action;
import dev.quorate.store.linear.Call;
import dev.quorate.store.linear.Linearization;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedSet;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** What clients asked, when, and what they were told. Nothing here has been near a log. */
final class SimHistory {
    private final List<Open> calls = new ArrayList<>();
    private final SortedSet<String> leased = new TreeSet<>();
    private long moment;

    /** A call that is under way, perhaps for ever. */
    final class Open {
        private final String key;
        private final long invoked = moment++;
        private long returned = Call.NEVER;
        private @Nullable Action action;

        private Open(String key, @Nullable Action action) {
            this.key = key;
            this.action = action;
        }

        void returned(Action told) {
            action = told;
            returned = moment++;
        }

        /** It is certain that it did not happen. */
        void forget() {
            action = null;
        }
    }

    /** As long as nothing is heard of it, it may have happened. */
    Open write(String key, Action unknown) {
        return begin(key, unknown);
    }

    Open read(String key) {
        return begin(key, null);
    }

    /** From now on the key may go because a lease ends. */
    void bound(String key, long lease) {
        if (leased.add(key + "/" + lease)) begin(key, new Action.LeaseEnds(lease));
    }

    private Open begin(String key, @Nullable Action action) {
        Open open = new Open(key, action);
        calls.add(open);
        return open;
    }

    /** Returns false if nobody knows whether it is linearizable. */
    boolean isLinearizable() {
        List<Call> known = new ArrayList<>();
        for (Open open : calls) {
            Action action = open.action;
            if (action != null) known.add(new Call(open.key, open.invoked, open.returned, action));
        }
        Linearization.Result result = Linearization.of(known);
        if (result.verdict() == Linearization.Verdict.IMPOSSIBLE)
            throw new AssertionError("Linearizable: " + result.why());
        return result.verdict() == Linearization.Verdict.POSSIBLE;
    }
}
