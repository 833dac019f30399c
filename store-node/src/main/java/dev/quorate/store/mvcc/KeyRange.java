package dev.quorate.store.mvcc;

import dev.quorate.store.Bytes;

/**
 * A set of neighbouring keys in etcd's notation: an empty {@code rangeEnd} is the one key {@code from}, a single zero
 * byte is every key from {@code from} on, anything else is the first key that is not in the range.
 */
public record KeyRange(Bytes from, Bytes rangeEnd) {
    private static final Bytes ZERO = Bytes.wrap(new byte[1]);

    /** Every key there can be. */
    public static final KeyRange ALL = new KeyRange(ZERO, ZERO);

    public static KeyRange of(Bytes key, Bytes rangeEnd) {
        return new KeyRange(key, rangeEnd);
    }

    public static KeyRange single(Bytes key) {
        return new KeyRange(key, Bytes.EMPTY);
    }

    public static KeyRange prefix(Bytes prefix) {
        byte[] end = prefix.toByteArray();
        for (int i = end.length - 1; i >= 0; i--) {
            if (end[i] != (byte) 0xff) {
                end[i]++;
                return new KeyRange(prefix, Bytes.wrap(end).slice(0, i + 1));
            }
        }
        return new KeyRange(prefix.isEmpty() ? ZERO : prefix, ZERO);
    }

    public boolean isSingle() {
        return rangeEnd.isEmpty();
    }

    public boolean isUnbounded() {
        return rangeEnd.size() == 1 && rangeEnd.at(0) == 0;
    }

    /** True when no key can be in it. */
    public boolean isEmpty() {
        return !isSingle() && !isUnbounded() && from.compareTo(rangeEnd) >= 0;
    }

    public boolean contains(Bytes key) {
        if (isSingle()) return key.equals(from);
        return key.compareTo(from) >= 0 && (isUnbounded() || key.compareTo(rangeEnd) < 0);
    }
}
