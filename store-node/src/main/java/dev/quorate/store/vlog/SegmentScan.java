package dev.quorate.store.vlog;

import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.util.zip.CRC32C;

/** Reads the records of a file from front to back in large pieces, and stops at the first that is not whole. */
final class SegmentScan {
    private static final int PIECE_BYTES = 1 << 20;

    private final FileChannel channel;
    private final long limit;
    private final CRC32C crc = new CRC32C();
    private ByteBuffer piece = ByteBuffer.allocate(PIECE_BYTES).limit(0);
    private long pieceAt;

    /** Scans from an offset up to a limit, exclusive. */
    SegmentScan(FileChannel channel, long from, long limit) {
        this.channel = channel;
        this.limit = limit;
        this.pieceAt = from;
    }

    /** Where the next record would begin. */
    long offset() {
        return pieceAt + piece.position();
    }

    /**
     * The next whole record, header included, as a view that is good until the next call; without remaining bytes at the
     * end of the scan or where the bytes are no whole record.
     */
    ByteBuffer next() throws IOException {
        if (!fill(Records.HEADER_BYTES)) return none();
        int bodyBytes = piece.getInt(piece.position() + Integer.BYTES);
        byte type = piece.get(piece.position() + 2 * Integer.BYTES);
        if (bodyBytes < 0 || !RecordType.isKnown(type)) return none();
        int size = Records.HEADER_BYTES + bodyBytes;
        if (size < 0 || !fill(size)) return none();
        ByteBuffer record = piece.slice(piece.position(), size);
        if (Records.checksum(crc, record) != record.getInt(0)) return none();
        piece.position(piece.position() + size);
        return record;
    }

    private static ByteBuffer none() {
        return ByteBuffer.allocate(0);
    }

    /** Makes sure that so many bytes stand in the piece from its position on, if the file has them. */
    private boolean fill(int bytes) throws IOException {
        if (piece.remaining() >= bytes) return true;
        long at = offset();
        if (at + bytes > limit) return false;
        ByteBuffer larger = bytes > piece.capacity() ? ByteBuffer.allocate(Math.max(bytes, PIECE_BYTES)) : piece;
        int wanted = (int) Math.min(larger.capacity(), limit - at);
        larger.clear().limit(wanted);
        while (larger.hasRemaining()) {
            int read = channel.read(larger, at + larger.position());
            if (read < 0) throw new EOFException("the file ends at " + (at + larger.position()));
        }
        piece = larger.flip();
        pieceAt = at;
        return true;
    }
}
