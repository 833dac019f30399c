package dev.quorate.store.mvcc;

import dev.quorate.store.Bytes;

/** A point in the history: {@code main} counts the transactions that changed something, {@code sub} the changes inside. */
public record Revision(long main, long sub) implements Comparable<Revision> {
    /** Without the mark of a tombstone. */
    public static final int BUCKET_KEY_BYTES = 17;

    /** The key under which etcd's database keeps what happened at this revision. */
    public Bytes bucketKey(boolean tombstone) {
        byte[] key = new byte[BUCKET_KEY_BYTES + (tombstone ? 1 : 0)];
        bucketKey(key, tombstone);
        return Bytes.wrap(key);
    }

    /** Writes it into an array of 18 bytes. Returns how many it needs. */
    int bucketKey(byte[] out, boolean tombstone) {
        putLong(out, 0, main);
        out[8] = '_';
        putLong(out, 9, sub);
        if (tombstone) out[BUCKET_KEY_BYTES] = 't';
        return tombstone ? BUCKET_KEY_BYTES + 1 : BUCKET_KEY_BYTES;
    }

    private static void putLong(byte[] out, int at, long number) {
        for (int i = 0; i < 8; i++) out[at + i] = (byte) (number >>> (56 - 8 * i));
    }

    @Override
    public int compareTo(Revision other) {
        int byMain = Long.compare(main, other.main);
        return byMain != 0 ? byMain : Long.compare(sub, other.sub);
    }
}
