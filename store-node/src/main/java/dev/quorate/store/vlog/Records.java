package dev.quorate.store.vlog;

import dev.quorate.store.Bytes;
import dev.quorate.store.Invariant;
import dev.quorate.store.mvcc.Revision;
import dev.quorate.store.node.port.StatePosition;
import java.nio.ByteBuffer;
import java.util.zip.CRC32C;

/** A growing buffer of encoded records: what one batch hands to the file in one write. */
final class Records {
    static final long MAGIC = 0x51564c4f47000001L;
    static final int MAGIC_BYTES = Long.BYTES;

    /** crc, body length, type. */
    static final int HEADER_BYTES = Integer.BYTES + Integer.BYTES + 1;

    static final int REVISION_BYTES = Long.BYTES + Integer.BYTES;
    static final int END_BODY_BYTES = 4 * Long.BYTES;

    private static final int KEPT_BYTES = 8 << 20;
    private static final int FIRST_BYTES = 64 << 10;

    private final CRC32C crc = new CRC32C();
    private ByteBuffer buffer = ByteBuffer.allocateDirect(FIRST_BYTES);

    int sizeBytes() {
        return buffer.position();
    }

    /** Returns the record's offset in this buffer. */
    int version(Revision revision, boolean tombstone, Bytes keyValue) {
        int at = begin(tombstone ? RecordType.TOMBSTONE : RecordType.VERSION, REVISION_BYTES + keyValue.size());
        buffer.putLong(revision.main());
        buffer.putInt(Math.toIntExact(revision.sub()));
        buffer.put(keyValue.shared());
        return end(at);
    }

    int fact(Bytes key, Bytes value) {
        int at = begin(RecordType.FACT, Integer.BYTES + key.size() + value.size());
        buffer.putInt(key.size());
        buffer.put(key.shared());
        buffer.put(value.shared());
        return end(at);
    }

    /** Closes the batch, and says after which applied index it continues, so that a lost batch leaves a gap. */
    int end(long previousIndex, StatePosition position) {
        int at = begin(RecordType.END, END_BODY_BYTES);
        buffer.putLong(previousIndex);
        buffer.putLong(position.index());
        buffer.putLong(position.term());
        buffer.putLong(position.revision());
        return end(at);
    }

    /** A record as it stands in another file. */
    int copy(ByteBuffer record) {
        reserve(record.remaining());
        int at = buffer.position();
        buffer.put(record);
        return at;
    }

    /** The body of a record of the open batch. */
    Bytes body(int offset, int skip) {
        int length = buffer.getInt(offset + Integer.BYTES) - skip;
        byte[] body = new byte[length];
        buffer.get(offset + HEADER_BYTES + skip, body);
        return Bytes.wrap(body);
    }

    /** All of it, ready to be written. */
    ByteBuffer whole() {
        return buffer.duplicate().flip();
    }

    /** Takes the last bytes back. */
    void truncate(int size) {
        buffer.position(size);
    }

    void clear() {
        if (buffer.capacity() > KEPT_BYTES) buffer = ByteBuffer.allocateDirect(FIRST_BYTES);
        buffer.clear();
    }

    /** The checksum of a record: of its length, type and body. */
    static int checksum(CRC32C crc, ByteBuffer record) {
        crc.reset();
        crc.update(record.slice(Integer.BYTES, record.remaining() - Integer.BYTES));
        return (int) crc.getValue();
    }

    private int begin(RecordType type, int bodyBytes) {
        reserve(HEADER_BYTES + bodyBytes);
        int at = buffer.position();
        buffer.putInt(0).putInt(bodyBytes).put(type.code());
        return at;
    }

    private int end(int at) {
        ByteBuffer record = buffer.slice(at, buffer.position() - at);
        buffer.putInt(at, checksum(crc, record));
        return at;
    }

    private void reserve(int bytes) {
        if (buffer.remaining() >= bytes) return;
        long wanted = Math.max(2L * buffer.capacity(), (long) buffer.position() + bytes);
        Invariant.check((long) buffer.position() + bytes < Integer.MAX_VALUE, "a batch is smaller than 2 GiB");
        ByteBuffer larger = ByteBuffer.allocateDirect((int) Math.min(wanted, Integer.MAX_VALUE - 8));
        larger.put(buffer.flip());
        buffer = larger;
    }
}
