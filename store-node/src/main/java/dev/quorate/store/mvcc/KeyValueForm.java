package dev.quorate.store.mvcc;

import dev.quorate.store.Bytes;
import dev.quorate.store.Invariant;
import java.util.Arrays;

/** The protobuf form of a KeyValue, written by hand: it is on the path of every put and every read. */
final class KeyValueForm {
    private static final int KEY = 1 << 3 | 2;
    private static final int CREATE = 2 << 3;
    private static final int MOD = 3 << 3;
    private static final int VERSION = 4 << 3;
    private static final int VALUE = 5 << 3 | 2;
    private static final int LEASE = 6 << 3;

    private KeyValueForm() {}

    static Bytes encode(KeyValue kv) {
        byte[] out = new byte
                [sizeOf(kv.key())
                        + sizeOf(kv.createRevision())
                        + sizeOf(kv.modRevision())
                        + sizeOf(kv.version())
                        + sizeOf(kv.value())
                        + sizeOf(kv.lease())];
        int at = bytes(out, 0, KEY, kv.key());
        at = number(out, at, CREATE, kv.createRevision());
        at = number(out, at, MOD, kv.modRevision());
        at = number(out, at, VERSION, kv.version());
        at = bytes(out, at, VALUE, kv.value());
        number(out, at, LEASE, kv.lease());
        return Bytes.wrap(out);
    }

    static KeyValue decode(Bytes encoded) {
        Reader reader = new Reader(encoded);
        Bytes key = Bytes.EMPTY;
        Bytes value = Bytes.EMPTY;
        long[] numbers = new long[7];
        while (reader.hasMore()) {
            int tag = (int) reader.varint();
            switch (tag) {
                case KEY -> key = reader.bytes();
                case VALUE -> value = reader.bytes();
                case CREATE, MOD, VERSION, LEASE -> numbers[tag >>> 3] = reader.varint();
                default -> throw new Invariant.Broken("a stored KeyValue has an unknown field, tag " + tag);
            }
        }
        return new KeyValue(key, numbers[2], numbers[3], numbers[4], value, numbers[6]);
    }

    /** The key alone, without decoding the rest. */
    static Bytes keyOf(Bytes encoded) {
        if (encoded.isEmpty()) return Bytes.EMPTY;
        Reader reader = new Reader(encoded);
        return reader.varint() == KEY ? reader.bytes() : Bytes.EMPTY;
    }

    /** What the index keeps of a version, and its lease; the value is skipped. */
    record Numbers(Bytes key, long create, long version, long lease) {}

    static Numbers numbers(byte[] encoded, int from, int to) {
        Reader reader = new Reader(encoded, from, to);
        Bytes key = Bytes.EMPTY;
        long create = 0;
        long version = 0;
        long lease = 0;
        while (reader.hasMore()) {
            int tag = (int) reader.varint();
            switch (tag) {
                case KEY -> key = reader.bytes();
                case VALUE -> reader.skipBytes();
                case CREATE -> create = reader.varint();
                case MOD -> reader.varint();
                case VERSION -> version = reader.varint();
                case LEASE -> lease = reader.varint();
                default -> throw new Invariant.Broken("a stored KeyValue has an unknown field, tag " + tag);
            }
        }
        return new Numbers(key, create, version, lease);
    }

    static int varintSize(long value) {
        return (63 - Long.numberOfLeadingZeros(value | 1)) / 7 + 1;
    }

    static int putVarint(byte[] out, int start, long number) {
        int at = start;
        long rest = number;
        while ((rest & ~0x7fL) != 0) {
            out[at++] = (byte) (rest | 0x80);
            rest >>>= 7;
        }
        out[at++] = (byte) rest;
        return at;
    }

    static int putBytes(byte[] out, int start, int tag, Bytes bytes) {
        out[start] = (byte) tag;
        int at = putVarint(out, start + 1, bytes.size());
        System.arraycopy(bytes.shared(), 0, out, at, bytes.size());
        return at + bytes.size();
    }

    private static int sizeOf(Bytes bytes) {
        return bytes.isEmpty() ? 0 : 1 + varintSize(bytes.size()) + bytes.size();
    }

    private static int sizeOf(long number) {
        return number == 0 ? 0 : 1 + varintSize(number);
    }

    private static int bytes(byte[] out, int at, int tag, Bytes bytes) {
        return bytes.isEmpty() ? at : putBytes(out, at, tag, bytes);
    }

    private static int number(byte[] out, int at, int tag, long number) {
        if (number == 0) return at;
        out[at] = (byte) tag;
        return putVarint(out, at + 1, number);
    }

    private static final class Reader {
        private final byte[] in;
        private final int end;
        private int at;

        Reader(Bytes bytes) {
            this(bytes.shared(), 0, bytes.size());
        }

        Reader(byte[] in, int from, int to) {
            this.in = in;
            this.at = from;
            this.end = to;
        }

        boolean hasMore() {
            return at < end;
        }

        long varint() {
            long result = 0;
            for (int shift = 0; shift < 64 && at < end; shift += 7) {
                byte b = in[at++];
                result |= (long) (b & 0x7f) << shift;
                if (b >= 0) return result;
            }
            throw new Invariant.Broken("a stored KeyValue has a number that does not end");
        }

        Bytes bytes() {
            int size = skipBytes();
            return Bytes.wrap(Arrays.copyOfRange(in, at - size, at));
        }

        int skipBytes() {
            long size = varint();
            Invariant.check(size >= 0 && size <= end - at, "a stored KeyValue is shorter than it says", size);
            at += (int) size;
            return (int) size;
        }
    }
}
