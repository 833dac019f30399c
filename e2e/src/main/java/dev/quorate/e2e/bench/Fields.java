package dev.quorate.e2e.bench;

/** Walks the fields of an encoded message without building objects for its contents. */
final class Fields {
    private final byte[] bytes;
    private final int end;
    private int at;
    private int tag;
    private int from;

    Fields(byte[] bytes, int at, int end) {
        this.bytes = bytes;
        this.at = at;
        this.end = end;
    }

    /** Moves to the next field; false at the end. */
    boolean next() {
        if (at >= end) return false;
        tag = (int) varint();
        long value = varint();
        from = at;
        if ((tag & 7) == 2) at += (int) value;
        return true;
    }

    int tag() {
        return tag;
    }

    /** The first field with {@code wanted} inside the current one, as the current field of a walk of its own. */
    Fields nested(int wanted) {
        return new Fields(bytes, from, at).find(wanted);
    }

    long bigEndianLong() {
        long value = 0;
        for (int i = 0; i < Long.BYTES; i++) value = (value << 8) | (bytes[from + i] & 0xff);
        return value;
    }

    private Fields find(int wanted) {
        while (next()) if (tag == wanted) return this;
        throw new IllegalStateException("an event without the field " + wanted);
    }

    private long varint() {
        long value = 0;
        for (int shift = 0; ; shift += 7) {
            byte b = bytes[at++];
            value |= (long) (b & 0x7f) << shift;
            if (b >= 0) return value;
        }
    }
}
