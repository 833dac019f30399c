package dev.quorate.store.mvcc;

import dev.quorate.store.Bytes;
import java.util.Optional;

/** An immutable picture of the key space at one moment: what is written later never shows. */
public final class MvccView {
    public long revision() {
        throw new UnsupportedOperationException();
    }

    /** -1 before any compaction. */
    public long compactRevision() {
        throw new UnsupportedOperationException();
    }

    public RangeResult range(RangeQuery query) {
        throw new UnsupportedOperationException();
    }

    public Optional<KeyValue> get(Bytes key) {
        throw new UnsupportedOperationException();
    }

    /** The encoded KeyValue of a key at a revision; EMPTY when it does not exist there or the revision is compacted. */
    public Bytes encodedAt(Bytes key, long revision) {
        throw new UnsupportedOperationException();
    }

    /** History from a revision on, oldest first, cut at whole revisions when {@code maxBytes} are reached. */
    public EventsPage events(long fromRevision, KeyRange range, long maxBytes) {
        throw new UnsupportedOperationException();
    }

    /** Equal to etcd's HashKV for the same history; revision 0 = newest. Reads everything: never on a hot thread. */
    public HashResult hashKv(long revision) {
        throw new UnsupportedOperationException();
    }
}
