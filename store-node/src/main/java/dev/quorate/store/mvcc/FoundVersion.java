package dev.quorate.store.mvcc;

import dev.quorate.store.Bytes;

/** A version as a recovery finds it, without its value. A tombstone has version 0, and nothing else but its key. */
public record FoundVersion(Bytes key, Revision at, long create, long version, long lease) {

    /** Reads one in its stored form, which stands between two positions of an array. */
    public static FoundVersion read(Revision at, boolean tombstone, byte[] stored, int from, int to) {
        KeyValueForm.Numbers numbers = KeyValueForm.numbers(stored, from, to);
        if (tombstone) return new FoundVersion(numbers.key(), at, 0, 0, 0);
        return new FoundVersion(numbers.key(), at, numbers.create(), numbers.version(), numbers.lease());
    }

    public static FoundVersion of(Revision at, boolean tombstone, Bytes encodedKeyValue) {
        return read(at, tombstone, encodedKeyValue.shared(), 0, encodedKeyValue.size());
    }
}
