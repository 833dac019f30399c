package dev.quorate.store.mvcc;

import dev.quorate.store.Bytes;

/** One version of a key, with all that a client may see of it. */
public record KeyValue(Bytes key, long createRevision, long modRevision, long version, Bytes value, long lease) {
    /** Exactly the bytes of mvccpb.KeyValue: fields in order, defaults left out. */
    public Bytes encoded() {
        return KeyValueForm.encode(this);
    }

    public static KeyValue decode(Bytes encoded) {
        return KeyValueForm.decode(encoded);
    }

    /** The key of an encoded one, without decoding the rest. */
    public static Bytes keyOf(Bytes encoded) {
        return KeyValueForm.keyOf(encoded);
    }

    /** What is stored for a deletion: the key and nothing else. */
    public static KeyValue tombstone(Bytes key) {
        return new KeyValue(key, 0, 0, 0, Bytes.EMPTY, 0);
    }
}
