package dev.quorate.store.mvcc;

import java.util.List;

/** A piece of history for a range. */
public sealed interface EventsPage {
    /** Every event of the range from the asked revision up to and including {@code upTo}; revisions are never split. */
    record Events(List<KeyEvent> events, long upTo) implements EventsPage {}

    /** The history asked for begins below the compacted revision. */
    record Compacted(long compactRevision) implements EventsPage {}
}
