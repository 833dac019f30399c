package dev.quorate.store.wal;

import dev.quorate.store.raft.Entry;
import dev.quorate.store.raft.HardState;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * Turns records into frames in one reusable buffer, without objects in between: this is on the path of every entry.
 *
 * <p>The checksum covers what the record carries and stands before it, so the small fields of an entry are built first,
 * in a scratch array, and the entry's own bytes are only copied once.
 */
final class RecordWriter {
    /** Length, type, checksum and size of the data, the entry's own fields, padding: never more than this. */
    static final int MAX_OVERHEAD = 64;

    private static final int TYPE = 1 << 3;
    private static final int CRC = 2 << 3;
    private static final int DATA = 3 << 3 | 2;
    private static final int ENTRY_TYPE = 1 << 3;
    private static final int ENTRY_TERM = 2 << 3;
    private static final int ENTRY_INDEX = 3 << 3;
    private static final int ENTRY_DATA = 4 << 3 | 2;
    private static final byte[] NOTHING = {};

    /** Takes a full buffer away. */
    interface Drain {
        void write(ByteBuffer full) throws IOException;
    }

    private final ByteBuffer buffer;
    private final Drain drain;
    private final RollingCrc crc = new RollingCrc();
    private final byte[] scratch = new byte[48];

    RecordWriter(int bufferBytes, Drain drain) {
        this.buffer = ByteBuffer.allocateDirect(bufferBytes).order(ByteOrder.LITTLE_ENDIAN);
        this.drain = drain;
    }

    void resume(int crcValue) {
        crc.resume(crcValue);
    }

    int crcValue() {
        return crc.value();
    }

    int buffered() {
        return buffer.position();
    }

    void flush() throws IOException {
        if (buffer.position() == 0) return;
        buffer.flip();
        drain.write(buffer);
        buffer.clear();
    }

    void entry(Entry entry) throws IOException {
        byte[] data = entry.data().shared();
        int at = number(0, ENTRY_TYPE, EntryKinds.number(entry.kind()));
        at = number(at, ENTRY_TERM, entry.term());
        at = number(at, ENTRY_INDEX, entry.index());
        if (data.length > 0) at = number(at, ENTRY_DATA, data.length);
        record(RecordType.ENTRY, at, data);
    }

    void state(HardState state) throws IOException {
        int at = number(0, 1 << 3, state.term());
        at = number(at, 2 << 3, state.vote());
        at = number(at, 3 << 3, state.commit());
        record(RecordType.STATE, at, NOTHING);
    }

    void metadata(WalMetadata metadata) throws IOException {
        record(RecordType.METADATA, 0, metadata.encoded());
    }

    void mark(Mark mark) throws IOException {
        record(RecordType.MARK, 0, mark.encoded());
    }

    /** The first record of a segment: repeats the checksum so far and carries nothing. */
    void crc() throws IOException {
        int value = crc.value();
        room(MAX_OVERHEAD);
        frame(2 + 1 + varintSize(value & 0xffffffffL));
        head(RecordType.CRC, value);
        pad();
    }

    /** The data is the scratch array up to {@code fields}, then {@code rest}. */
    private void record(int type, int fields, byte[] rest) throws IOException {
        crc.update(scratch, 0, fields);
        crc.update(rest, 0, rest.length);
        int value = crc.value();
        int dataSize = fields + rest.length;
        room(MAX_OVERHEAD);
        frame(2 + 1 + varintSize(value & 0xffffffffL) + 1 + varintSize(dataSize) + (long) dataSize);
        head(type, value);
        buffer.put((byte) DATA);
        varint(dataSize);
        buffer.put(scratch, 0, fields);
        long written = 0;
        while (written < rest.length) {
            room(1);
            int piece = (int) Math.min(buffer.remaining(), rest.length - written);
            buffer.put(rest, (int) written, piece);
            written += piece;
        }
        room(Long.BYTES);
        pad();
    }

    private int padding;

    private void frame(long size) {
        padding = (int) (-size & 7);
        buffer.putLong(padding == 0 ? size : size | (0x80L | padding) << 56);
    }

    private void head(int type, int crcValue) {
        buffer.put((byte) TYPE).put((byte) type).put((byte) CRC);
        varint(crcValue & 0xffffffffL);
    }

    private void pad() {
        for (int i = 0; i < padding; i++) buffer.put((byte) 0);
    }

    private void room(int bytes) throws IOException {
        if (buffer.remaining() < bytes) flush();
    }

    private void varint(long number) {
        long rest = number;
        while ((rest & ~0x7fL) != 0) {
            buffer.put((byte) (rest | 0x80));
            rest >>>= 7;
        }
        buffer.put((byte) rest);
    }

    private int number(int start, int tag, long number) {
        int at = start;
        scratch[at++] = (byte) tag;
        long rest = number;
        while ((rest & ~0x7fL) != 0) {
            scratch[at++] = (byte) (rest | 0x80);
            rest >>>= 7;
        }
        scratch[at++] = (byte) rest;
        return at;
    }

    private static int varintSize(long number) {
        return (63 - Long.numberOfLeadingZeros(number | 1)) / 7 + 1;
    }
}
