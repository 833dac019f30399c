package dev.quorate.store.vlog;

import dev.quorate.store.mvcc.FoundVersion;
import java.util.List;
import java.util.PriorityQueue;
import java.util.function.Consumer;

/** Shows the versions of several runs as if they were one. */
final class KeyMerge {
    private KeyMerge() {}

    private record Source(KeyRun.Cursor cursor, int number) implements Comparable<Source> {
        @Override
        public int compareTo(Source other) {
            int byKey = cursor.version().key().compareTo(other.cursor.version().key());
            return byKey != 0 ? byKey : Integer.compare(number, other.number);
        }
    }

    /** What an earlier run holds of a key must be older. */
    static void of(List<KeyRun> runs, Consumer<FoundVersion> listener) {
        PriorityQueue<Source> sources = new PriorityQueue<>();
        for (int i = 0; i < runs.size(); i++) {
            Source source = new Source(runs.get(i).cursor(), i);
            if (source.cursor().advance()) sources.add(source);
        }
        while (!sources.isEmpty()) {
            Source first = sources.poll();
            Source next = sources.peek();
            boolean more;
            do {
                listener.accept(first.cursor().version());
                more = first.cursor().advance();
            } while (more && (next == null || first.compareTo(next) < 0));
            if (more) sources.add(first);
        }
    }
}
