package dev.quorate.store.mvcc;

import dev.quorate.store.Bytes;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/**
 * One transaction of the writer. All its changes share one main revision; what it reads includes its own changes.
 * It cannot be rolled back: whatever could refuse it is checked before the first change.
 */
public final class Txn {
    private final MvccStore store;
    private final KeyIndex index;
    private final ValueLog log;
    private final long main;
    private List<KeyEvent> events = List.of();

    Txn(MvccStore store, KeyIndex index, ValueLog log) {
        this.store = store;
        this.index = index;
        this.log = log;
        this.main = store.revision() + 1;
    }

    /** The revision that the changes get. */
    public long revisionOfChanges() {
        return main;
    }

    /** The revision as this transaction sees it: the next one as soon as it has changed something. */
    public long revision() {
        return events.isEmpty() ? main - 1 : main;
    }

    /** Reads inside the transaction; revision 0 = with its own changes. */
    public RangeResult range(RangeQuery query, long maxBytes) {
        return store.workingAt(revision()).range(query, maxBytes);
    }

    /** The encoded KeyValue before the next change of it; EMPTY when the key does not exist. */
    public Bytes current(Bytes key) {
        KeyVersions versions = index.get(key.shared());
        if (versions == null || !versions.isLive()) return Bytes.EMPTY;
        return log.read(versions.revision(versions.count() - 1));
    }

    public boolean exists(Bytes key) {
        KeyVersions versions = index.get(key.shared());
        return versions != null && versions.isLive();
    }

    public void put(Bytes key, Bytes value, long lease) {
        Revision revision = new Revision(main, events.size());
        KeyVersions versions = index.put(key.shared(), main, revision.sub());
        int last = versions.count() - 1;
        KeyValue kv = new KeyValue(key, versions.create(last), main, versions.version(last), value, lease);
        Bytes encoded = kv.encoded();
        log.append(revision, false, encoded);
        if (versions.version(last) == 1) store.changedLiveness(main, key.shared(), true);
        add(KeyEvent.put(revision, key, encoded));
    }

    /**
     * Deletes every key of the range and names each to {@code deleted}; returns the encoded KeyValues that were there
     * until these are longer than {@code previousBytes}, and EMPTY for the others.
     */
    public List<Bytes> deleteRange(KeyRange range, long previousBytes, Consumer<Bytes> deleted) {
        if (range.isEmpty()) return List.of();
        if (range.isSingle()) {
            KeyVersions versions = index.get(range.from().shared());
            if (versions == null || !versions.isLive()) return List.of();
            return List.of(delete(range.from(), versions, previousBytes > 0, deleted));
        }
        List<byte[]> keys = new ArrayList<>();
        List<KeyVersions> found = new ArrayList<>();
        for (KeyCursor cursor = new KeyCursor(index.current(), range, true); cursor.valid(); cursor.advance()) {
            keys.add(cursor.key());
            found.add(cursor.versions());
        }
        List<Bytes> previous = new ArrayList<>(keys.size());
        long left = previousBytes;
        for (int i = 0; i < keys.size(); i++) {
            Bytes one = delete(Bytes.wrap(keys.get(i)), found.get(i), left > 0, deleted);
            left -= one.size();
            previous.add(one);
        }
        return previous;
    }

    private Bytes delete(Bytes key, KeyVersions versions, boolean wantsPrevious, Consumer<Bytes> deleted) {
        Bytes previous = wantsPrevious ? log.read(versions.revision(versions.count() - 1)) : Bytes.EMPTY;
        Revision revision = new Revision(main, events.size());
        index.set(key.shared(), versions.tombstone(main, revision.sub()));
        log.append(revision, true, KeyValue.tombstone(key).encoded());
        store.changedLiveness(main, key.shared(), false);
        add(KeyEvent.delete(revision, key));
        deleted.accept(key);
        return previous;
    }

    private void add(KeyEvent event) {
        if (events.isEmpty()) events = new ArrayList<>(2);
        events.add(event);
    }

    /** Makes the changes part of the history and returns them in order. */
    public List<KeyEvent> commit() {
        if (!events.isEmpty()) store.committed();
        return events;
    }
}
