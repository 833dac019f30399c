package dev.quorate.store.mvcc;

import dev.quorate.store.Bytes;
import org.jspecify.annotations.Nullable;

/**
 * One change of one key. It carries the bytes that clients get, so that a thousand watchers of a key share one
 * encoding. The caches are filled by whoever asks first; two threads may do the same work once, with the same result.
 */
public final class KeyEvent {
    private static final int TYPE = 1 << 3;
    private static final int KV = 2 << 3 | 2;
    private static final int PREVIOUS = 3 << 3 | 2;

    private final EventKind kind;
    private final Revision revision;
    private final Bytes key;
    private final Bytes encodedKeyValue;
    private volatile @Nullable KeyValue keyValue;
    private volatile @Nullable Bytes encoded;
    private volatile @Nullable Bytes encodedWithPrevious;

    private KeyEvent(EventKind kind, Revision revision, Bytes key, Bytes encodedKeyValue) {
        this.kind = kind;
        this.revision = revision;
        this.key = key;
        this.encodedKeyValue = encodedKeyValue;
    }

    static KeyEvent put(Revision revision, Bytes key, Bytes encodedKeyValue) {
        return new KeyEvent(EventKind.PUT, revision, key, encodedKeyValue);
    }

    /** The event of a deletion shows the key and the revision that deleted it. */
    static KeyEvent delete(Revision revision, Bytes key) {
        KeyValue shown = new KeyValue(key, 0, revision.main(), 0, Bytes.EMPTY, 0);
        return new KeyEvent(EventKind.DELETE, revision, key, shown.encoded());
    }

    public EventKind kind() {
        return kind;
    }

    public Revision revision() {
        return revision;
    }

    public Bytes key() {
        return key;
    }

    /** mvccpb.KeyValue. */
    public Bytes encodedKeyValue() {
        return encodedKeyValue;
    }

    public KeyValue keyValue() {
        KeyValue known = keyValue;
        if (known == null) {
            known = KeyValue.decode(encodedKeyValue);
            keyValue = known;
        }
        return known;
    }

    /** mvccpb.Event without the previous value. */
    public Bytes encoded() {
        Bytes known = encoded;
        if (known == null) {
            known = encode(Bytes.EMPTY);
            encoded = known;
        }
        return known;
    }

    /** mvccpb.Event with the previous value, when there was one and it is not compacted. */
    public Bytes encodedWithPrevious(MvccView view) {
        Bytes known = encodedWithPrevious;
        if (known == null) {
            known = encode(previous(view));
            encodedWithPrevious = known;
        }
        return known;
    }

    /**
     * The encoded KeyValue before this event; EMPTY when there was none or it is compacted. What creates a key has none,
     * even if the same transaction deleted that key first.
     */
    public Bytes previous(MvccView view) {
        if (createsKey()) return Bytes.EMPTY;
        return view.encodedAt(key, revision.main() - 1);
    }

    private boolean createsKey() {
        if (kind != EventKind.PUT) return false;
        byte[] form = encodedKeyValue.shared();
        return KeyValueForm.numbers(form, 0, form.length).create() == revision.main();
    }

    public int sizeBytes() {
        return encodedKeyValue.size() + 16;
    }

    private Bytes encode(Bytes previous) {
        boolean delete = kind == EventKind.DELETE;
        int size = (delete ? 2 : 0) + fieldSize(encodedKeyValue);
        if (!previous.isEmpty()) size += fieldSize(previous);
        byte[] out = new byte[size];
        int at = 0;
        if (delete) {
            out[at++] = TYPE;
            out[at++] = 1;
        }
        at = KeyValueForm.putBytes(out, at, KV, encodedKeyValue);
        if (!previous.isEmpty()) KeyValueForm.putBytes(out, at, PREVIOUS, previous);
        return Bytes.wrap(out);
    }

    private static int fieldSize(Bytes bytes) {
        return 1 + KeyValueForm.varintSize(bytes.size()) + bytes.size();
    }
}
