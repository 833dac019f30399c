package dev.quorate.store.wal;

import com.google.protobuf.InvalidProtocolBufferException;
import dev.quorate.proto.walpb.Record;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * The frames of one segment, from front to back, each checked.
 *
 * <p>A power cut leaves sectors of the last writes unwritten. As segments are zero before they are used, such a sector
 * is all zero: a record that does not check is taken for torn only if one of its sectors is, or if the file ends inside
 * of it although it has less than its full size. Anything else is damage.
 */
final class Frames {
    private static final int SECTOR = 512;
    private static final int LENGTH_BYTES = 8;

    private final Path file;
    private final ByteBuffer bytes;
    private final boolean last;
    private final boolean cutShort;
    private final RollingCrc crc;

    /**
     * @param last only the last segment can be torn
     * @param crc runs on from segment to segment
     */
    Frames(Path file, ByteBuffer bytes, boolean last, long segmentBytes, RollingCrc crc) {
        this.file = file;
        this.bytes = bytes.order(ByteOrder.LITTLE_ENDIAN);
        this.last = last;
        this.cutShort = bytes.limit() < segmentBytes;
        this.crc = crc;
    }

    /** Where the last good record ends. */
    long position() {
        return bytes.position();
    }

    @Nullable
    Record next() throws IOException {
        int at = bytes.position();
        if (bytes.remaining() < LENGTH_BYTES) return atEnd(bytes.hasRemaining());
        long header = bytes.getLong(at);
        if (header == 0) {
            if (!isZero(at, Math.min(bytes.limit(), (at / SECTOR + 1) * SECTOR)))
                throw damaged("a record's length is zero, but bytes follow in the same sector");
            return atEnd(false);
        }
        long size = header & 0x00ff_ffff_ffff_ffffL;
        int flags = (int) (header >>> 56);
        int padding = (int) (-size & 7);
        if (flags != (padding == 0 ? 0 : 0x80 | padding)) throw damaged("a record's length makes no sense");
        if (size + padding > bytes.remaining() - LENGTH_BYTES) {
            if (last && cutShort && agrees(at + LENGTH_BYTES, bytes.limit(), size)) return atEnd(true);
            throw damaged("a record is longer than the file");
        }
        int to = at + LENGTH_BYTES + (int) size;
        Record record = check(bytes.slice(at + LENGTH_BYTES, (int) size));
        if (record == null) {
            boolean torn = hasEmptySector(at + LENGTH_BYTES, to + padding) && agrees(at + LENGTH_BYTES, to, size);
            if (last && torn) return atEnd(true);
            throw damaged("a record's checksum is wrong");
        }
        if (!isZero(to, to + padding)) throw damaged("the padding of a record is not zero");
        bytes.position(to + padding);
        return record;
    }

    private @Nullable Record atEnd(boolean torn) throws IOException {
        if (torn && !last) throw damaged("the file ends inside a record, but it is not the last one");
        return null;
    }

    DamagedWal damaged(String what) {
        return new DamagedWal(file, bytes.position(), what);
    }

    private @Nullable Record check(ByteBuffer frame) {
        int before = crc.value();
        Record record;
        try {
            record = Record.parseFrom(frame);
        } catch (InvalidProtocolBufferException broken) {
            return null;
        }
        if (record.getType() == RecordType.CRC) {
            if (before != 0 && before != record.getCrc()) return null;
            crc.resume(record.getCrc());
            return record;
        }
        byte[] data = record.getData().toByteArray();
        crc.update(data, 0, data.length);
        if (crc.value() == record.getCrc()) return record;
        crc.resume(before);
        return null;
    }

    private boolean hasEmptySector(int from, int to) {
        int start = from;
        while (start < to) {
            int sectorEnd = Math.min(to, (start / SECTOR + 1) * SECTOR);
            if (isZero(start, sectorEnd)) return true;
            start = sectorEnd;
        }
        return false;
    }

    private boolean isZero(int from, int to) {
        for (int at = from; at < to; at++) {
            if (bytes.get(at) != 0) return false;
        }
        return true;
    }

    /**
     * A record says its length twice, outside and inside. Where both can be read they agree, even in a torn record; if
     * not, a length is damaged, and believing it would cut away good records.
     */
    private boolean agrees(int from, int to, long size) {
        int at = from;
        for (int field = 0; field < 3; field++) {
            if (at >= to || restOfSectorIsEmpty(at, to)) return true;
            int tag = bytes.get(at++);
            if (tag != (field == 2 ? 3 << 3 | 2 : (field + 1) << 3)) return false;
            long number = 0;
            int shift = 0;
            byte piece;
            do {
                if (at >= to || restOfSectorIsEmpty(at, to)) return true;
                piece = bytes.get(at++);
                number |= (long) (piece & 0x7f) << shift;
                shift += 7;
            } while (piece < 0 && shift < 64);
            if (field == 2) return at - from + number == size;
        }
        return false;
    }

    private boolean restOfSectorIsEmpty(int at, int to) {
        return at % SECTOR == 0 && isZero(at, Math.min(to, at + SECTOR));
    }
}
