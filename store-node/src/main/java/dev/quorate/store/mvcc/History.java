package dev.quorate.store.mvcc;

import dev.quorate.store.Bytes;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/** Finds the events of a range between two revisions: through the index when that is less work, else in the log. */
final class History {
    private final KeyIndex.Node root;
    private final ValueLog log;
    private final long revision;

    private List<KeyEvent> events = new ArrayList<>();
    private long bytes;
    private long upTo;

    History(KeyIndex.Node root, ValueLog log, long revision) {
        this.root = root;
        this.log = log;
        this.revision = revision;
    }

    EventsPage.Events events(long from, KeyRange range, long maxBytes) {
        if (from > revision) return new EventsPage.Events(List.of(), revision);
        if (range.isEmpty()) return new EventsPage.Events(List.of(), revision);
        upTo = revision;
        if (range.isSingle() || isSmall(range, from)) byIndex(from, range, maxBytes);
        else byLog(from, range, maxBytes);
        return new EventsPage.Events(events, upTo);
    }

    private boolean isSmall(KeyRange range, long from) {
        long below = KeyIndex.liveBelow(root, range.from().shared());
        long end = range.isUnbounded() ? root.live() : KeyIndex.liveBelow(root, KeyCursor.upperBound(range));
        return end - below < (revision - from) / 4;
    }

    /** A version found through the index. */
    private record Change(Revision revision, Bytes key, boolean tombstone) implements Comparable<Change> {
        @Override
        public int compareTo(Change other) {
            return revision.compareTo(other.revision);
        }
    }

    private void byIndex(long from, KeyRange range, long maxBytes) {
        List<Change> changes = new ArrayList<>();
        for (KeyCursor cursor = new KeyCursor(root, range, false); cursor.valid(); cursor.advance()) {
            KeyVersions versions = cursor.versions();
            for (int i = versions.count() - 1; i >= 0 && versions.main(i) >= from; i--) {
                if (versions.main(i) > revision) continue;
                changes.add(new Change(versions.revision(i), Bytes.wrap(cursor.key()), versions.isTombstone(i)));
            }
        }
        Collections.sort(changes);
        for (Change change : changes) {
            Bytes encoded = change.tombstone() ? Bytes.EMPTY : log.read(change.revision());
            // Gone by a compaction past our revision: the view finds that out and says so.
            if (!change.tombstone() && encoded.isEmpty()) continue;
            if (!add(change.revision(), change.tombstone(), change.key(), encoded, maxBytes)) return;
        }
    }

    private void byLog(long from, KeyRange range, long maxBytes) {
        log.scan(from, revision, (at, tombstone, encoded) -> {
            Bytes key = KeyValueForm.keyOf(encoded);
            return key.isEmpty() || !range.contains(key) || add(at, tombstone, key, encoded, maxBytes);
        });
    }

    /** False when the page is full; the event then belongs to the next page. */
    private boolean add(Revision at, boolean tombstone, Bytes key, Bytes encoded, long maxBytes) {
        if (bytes >= maxBytes && events.getLast().revision().main() != at.main()) {
            upTo = at.main() - 1;
            return false;
        }
        KeyEvent event = tombstone ? KeyEvent.delete(at, key) : KeyEvent.put(at, key, encoded);
        events.add(event);
        bytes += event.sizeBytes();
        return true;
    }
}
