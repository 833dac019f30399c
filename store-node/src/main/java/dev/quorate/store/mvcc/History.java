package dev.quorate.store.mvcc;

import dev.quorate.store.Bytes;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/**
 * Finds the events of a range between two revisions: through the index when that is less work, else in the log. Either
 * way a page costs a bounded amount of work, however long the history is and however little of it concerns the range.
 */
final class History {
    /** More changes than this are not sorted for the sake of one page. */
    private static final int MAX_CHANGES = 10_000;
    /** The log is read this much further than the page may be long. */
    private static final int SCAN_FACTOR = 8;

    private final KeyIndex.Node root;
    private final ValueLog log;
    private final long revision;

    private final List<KeyEvent> events = new ArrayList<>();
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
        if (range.isSingle()) byKey(from, range.from(), maxBytes);
        else if (!isSmall(range, from) || !byIndex(from, range, maxBytes)) byLog(from, range, maxBytes);
        return new EventsPage.Events(events, upTo);
    }

    private boolean isSmall(KeyRange range, long from) {
        long below = KeyIndex.liveBelow(root, range.from().shared());
        long end = range.isUnbounded() ? root.live() : KeyIndex.liveBelow(root, KeyCursor.upperBound(range));
        return end - below < (revision - from) / 4;
    }

    private void byKey(long from, Bytes key, long maxBytes) {
        KeyVersions versions = KeyIndex.find(root, key.shared());
        if (versions == null) return;
        for (int i = versions.at(from - 1) + 1; i < versions.count() && versions.main(i) <= revision; i++) {
            if (!add(new Change(versions.revision(i), key, versions.isTombstone(i)), maxBytes)) return;
        }
    }

    /** A version found through the index. */
    private record Change(Revision revision, Bytes key, boolean tombstone) implements Comparable<Change> {
        @Override
        public int compareTo(Change other) {
            return revision.compareTo(other.revision);
        }
    }

    /** False when there are too many changes. */
    private boolean byIndex(long from, KeyRange range, long maxBytes) {
        List<Change> changes = new ArrayList<>();
        for (KeyCursor cursor = new KeyCursor(root, range, false); cursor.valid(); cursor.advance()) {
            KeyVersions versions = cursor.versions();
            for (int i = versions.count() - 1; i >= 0 && versions.main(i) >= from; i--) {
                if (versions.main(i) > revision) continue;
                changes.add(new Change(versions.revision(i), Bytes.wrap(cursor.key()), versions.isTombstone(i)));
            }
            if (changes.size() > MAX_CHANGES) return false;
        }
        Collections.sort(changes);
        for (Change change : changes) if (!add(change, maxBytes)) break;
        return true;
    }

    private boolean add(Change change, long maxBytes) {
        Bytes encoded = change.tombstone() ? Bytes.EMPTY : log.read(change.revision());
        // Gone by a compaction past our revision: the view finds that out and says so.
        if (!change.tombstone() && encoded.isEmpty()) return true;
        return add(change.revision(), change.tombstone(), change.key(), encoded, maxBytes);
    }

    private void byLog(long from, KeyRange range, long maxBytes) {
        Scan scan = new Scan(range, maxBytes);
        log.scan(from, revision, scan::take);
    }

    private final class Scan {
        private final KeyRange range;
        private final long maxBytes;
        private long scanned;
        private long last;

        Scan(KeyRange range, long maxBytes) {
            this.range = range;
            this.maxBytes = maxBytes;
        }

        boolean take(Revision at, boolean tombstone, Bytes encoded) {
            if (scanned / SCAN_FACTOR > maxBytes && at.main() != last) {
                upTo = at.main() - 1;
                return false;
            }
            last = at.main();
            scanned += encoded.size();
            Bytes key = KeyValueForm.keyOf(encoded);
            return key.isEmpty() || !range.contains(key) || add(at, tombstone, key, encoded, maxBytes);
        }
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
