package dev.quorate.store.api.wire;

import dev.quorate.store.Bytes;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.util.List;

/**
 * A message of one long repeated field and a few small fields around it: range, put, delete, transaction and watch
 * replies all look like this. The elements are bytes that the store or the event already has; the whole is what the
 * generated class would write.
 */
public final class Reply {
    private final Bytes head;
    private final int field;
    private final List<Bytes> elements;
    private final Bytes tail;
    private final int size;

    Reply(Bytes head, int field, List<Bytes> elements, Bytes tail) {
        this.head = head;
        this.field = field;
        this.elements = elements;
        this.tail = tail;
        long bytes = (long) head.size() + elementsSize(field, elements) + tail.size();
        if (bytes > Integer.MAX_VALUE) throw Statuses.exception(Statuses.tooLarge(bytes));
        this.size = (int) bytes;
    }

    public static Reply of(Bytes head) {
        return new Reply(head, 0, List.of(), Bytes.EMPTY);
    }

    private static long elementsSize(int field, List<Bytes> elements) {
        int tagSize = Fields.varintSize((long) field << 3);
        long size = 0;
        for (Bytes element : elements) size += tagSize + Fields.varintSize(element.size()) + element.size();
        return size;
    }

    public int sizeBytes() {
        return size;
    }

    void writeTo(OutputStream out) throws IOException {
        out.write(head.shared(), 0, head.size());
        byte[] prefix = new byte[12];
        int tag = field << 3 | 2;
        for (Bytes element : elements) {
            int prefixSize = putVarint(prefix, putVarint(prefix, 0, tag), element.size());
            out.write(prefix, 0, prefixSize);
            out.write(element.shared(), 0, element.size());
        }
        if (!tail.isEmpty()) out.write(tail.shared(), 0, tail.size());
    }

    private static int putVarint(byte[] out, int start, int number) {
        int at = start;
        int rest = number;
        while ((rest & ~0x7f) != 0) {
            out[at++] = (byte) (rest | 0x80);
            rest >>>= 7;
        }
        out[at++] = (byte) rest;
        return at;
    }

    /** The whole message, for being part of another one. */
    Bytes encoded() {
        if (elements.isEmpty() && tail.isEmpty()) return head;
        ByteArrayOutputStream out = new ByteArrayOutputStream(size);
        try {
            writeTo(out);
        } catch (IOException impossible) {
            throw new UncheckedIOException(impossible);
        }
        return Bytes.wrap(out.toByteArray());
    }
}
