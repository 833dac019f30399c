package dev.quorate.store;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;

/** An immutable byte string, ordered as unsigned bytes: a key, a value, an encoded entry. */
public final class Bytes implements Comparable<Bytes> {
    public static final Bytes EMPTY = new Bytes(new byte[0]);

    private final byte[] array;

    private Bytes(byte[] array) {
        this.array = array;
    }

    /** Takes the array as it is: the caller gives it away and never writes to it again. */
    public static Bytes wrap(byte[] array) {
        return array.length == 0 ? EMPTY : new Bytes(array);
    }

    public static Bytes copyOf(byte[] array) {
        return wrap(array.clone());
    }

    public static Bytes utf8(String text) {
        return wrap(text.getBytes(StandardCharsets.UTF_8));
    }

    public int size() {
        return array.length;
    }

    public boolean isEmpty() {
        return array.length == 0;
    }

    public byte at(int position) {
        return array[position];
    }

    public Bytes slice(int from, int to) {
        return wrap(Arrays.copyOfRange(array, from, to));
    }

    public byte[] toByteArray() {
        return array.clone();
    }

    /** The array itself, for reading without a copy. Nobody may write to it. */
    public byte[] shared() {
        return array;
    }

    public String toUtf8() {
        return new String(array, StandardCharsets.UTF_8);
    }

    public boolean startsWith(Bytes prefix) {
        return array.length >= prefix.array.length
                && Arrays.equals(array, 0, prefix.array.length, prefix.array, 0, prefix.array.length);
    }

    @Override
    public int compareTo(Bytes other) {
        return Arrays.compareUnsigned(array, other.array);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Bytes bytes && Arrays.equals(array, bytes.array);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(array);
    }

    /** Printable text as text, anything else in hex. */
    @Override
    public String toString() {
        for (byte b : array) {
            if (b < 0x20 || b > 0x7e) return "0x" + HexFormat.of().formatHex(array);
        }
        return toUtf8();
    }
}
