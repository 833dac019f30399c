package dev.quorate.store.mvcc;

import dev.quorate.store.Bytes;
import java.util.Optional;

/** An immutable picture of the key space at one moment: what is written later never shows. */
public final class MvccView {
    public long revision() {
        return 0;
    }

    /** -1 before any compaction. */
    public long compactRevision() {
        return 0;
    }

    public RangeResult range(RangeQuery query) {
        return new RangeResult.Future(0);
    }

    public Optional<KeyValue> get(Bytes key) {
        return Optional.empty();
    }

    /** The encoded KeyValue of a key at a revision; EMPTY when it does not exist there or the revision is compacted. */
    public Bytes encodedAt(Bytes key, long revision) {
        return Bytes.EMPTY;
    }

    /** History from a revision on, oldest first, cut at whole revisions when {@code maxBytes} are reached. */
    public EventsPage events(long fromRevision, KeyRange range, long maxBytes) {
        return new EventsPage.Compacted(0);
    }

    /** Equal to etcd's HashKV for the same history; revision 0 = newest. Reads everything: never on a hot thread. */
    public HashResult hashKv(long revision) {
        return new HashResult.Future(0);
    }
}
