package dev.quorate.store.api.wire;

import dev.quorate.store.Bytes;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** Writes the small fields of a protobuf message, in the order of the calls; defaults are left out, as proto3 does. */
final class Fields {
    private static final int LENGTH_DELIMITED = 2;

    private byte[] out;
    private int size;

    Fields(int expectedBytes) {
        out = new byte[expectedBytes];
    }

    /** Signed and unsigned numbers alike. */
    Fields number(int field, long value) {
        if (value == 0) return this;
        varint((long) field << 3);
        varint(value);
        return this;
    }

    Fields flag(int field, boolean value) {
        return number(field, value ? 1 : 0);
    }

    Fields text(int field, String value) {
        return value.isEmpty() ? this : bytes(field, value.getBytes(StandardCharsets.UTF_8));
    }

    /** A message, written even when it is empty: a message that is there is not a default. */
    Fields message(int field, Fields message) {
        begin(field, message.size);
        append(message.out, message.size);
        return this;
    }

    Fields message(int field, Bytes encoded) {
        return bytes(field, encoded.shared());
    }

    private Fields bytes(int field, byte[] value) {
        begin(field, value.length);
        append(value, value.length);
        return this;
    }

    /** The tag and length of a field whose bytes come from elsewhere. */
    Fields begin(int field, int length) {
        varint((long) field << 3 | LENGTH_DELIMITED);
        varint(length);
        return this;
    }

    Bytes done() {
        return Bytes.wrap(size == out.length ? out : Arrays.copyOf(out, size));
    }

    int sizeBytes() {
        return size;
    }

    private void append(byte[] bytes, int length) {
        room(length);
        System.arraycopy(bytes, 0, out, size, length);
        size += length;
    }

    private void varint(long value) {
        room(10);
        long rest = value;
        while ((rest & ~0x7fL) != 0) {
            out[size++] = (byte) (rest | 0x80);
            rest >>>= 7;
        }
        out[size++] = (byte) rest;
    }

    private void room(int more) {
        if (out.length - size < more) out = Arrays.copyOf(out, Math.max(out.length * 2, size + more));
    }

    static int varintSize(long value) {
        return (63 - Long.numberOfLeadingZeros(value | 1)) / 7 + 1;
    }
}
