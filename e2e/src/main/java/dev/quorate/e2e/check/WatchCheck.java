package dev.quorate.e2e.check;

import dev.quorate.e2e.history.Change;
import dev.quorate.e2e.history.Heard;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What etcd promises of a watch that is resumed behind the last revision it heard: every change, once, in order, those of
 * one revision together, with the value that was there before.
 */
public final class WatchCheck {
    private WatchCheck() {}

    /** One sentence for the first thing that is wrong; empty = all is as it should be. */
    public static Optional<String> violation(String watcher, List<Heard> heard, List<Change> history) {
        Map<String, String> values = new HashMap<>();
        for (int i = 0; i < Math.max(heard.size(), history.size()); i++) {
            if (i >= history.size()) return Optional.of(watcher + " heard what never happened: " + heard.get(i));
            Change truth = history.get(i);
            if (i >= heard.size()) return Optional.of(watcher + " never heard of " + truth);
            Heard event = heard.get(i);
            if (!event.change().equals(truth)) return Optional.of(watcher + " heard " + event + " instead of " + truth);
            Optional<String> before = Optional.ofNullable(values.get(truth.key()));
            if (!event.before().equals(before))
                return Optional.of(watcher + " heard " + event + ", but before it was " + before);
            if (truth.value().isPresent()) values.put(truth.key(), truth.value().get());
            else values.remove(truth.key());
        }
        return Optional.empty();
    }

    /** The changes of one revision are never torn apart: the revisions of two answers do not meet. */
    public static List<String> torn(String watcher, List<List<Heard>> answers) {
        List<String> violations = new ArrayList<>();
        long last = 0;
        for (List<Heard> answer : answers) {
            if (answer.isEmpty()) continue;
            long first = answer.getFirst().change().revision();
            if (first <= last) violations.add(watcher + " heard revision " + first + " in two pieces or twice");
            last = answer.getLast().change().revision();
        }
        return violations;
    }
}
