package dev.quorate.store.vlog;

import dev.quorate.store.Bytes;
import dev.quorate.store.node.SnapshotStore;
import dev.quorate.store.node.StatePosition;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.zip.CRC32C;

/**
 * A state as a stream: {@code [file count] ([length] [bytes] [crc32c])*}, the files as they stand on disk up to the last
 * whole batch. The files are held until it is closed.
 */
public final class StateExport implements SnapshotStore.Export {
    private final StatePosition position;
    private final Runnable release;
    private final Deque<Piece> rest = new ArrayDeque<>();
    private final long sizeBytes;
    private final int fileCount;
    private final CRC32C crc = new CRC32C();
    private boolean begun;
    private boolean closed;

    /** What is left of one file; the head is still to be said while {@code at} is negative. */
    private record Piece(Segment segment, long at, long length) {}

    StateExport(List<Segment> files, StatePosition position, Runnable release) {
        this.position = position;
        this.release = release;
        long bytes = Integer.BYTES;
        for (Segment file : files) {
            long length = file.writtenBytes();
            rest.add(new Piece(file, -1, length));
            bytes += Long.BYTES + length + Integer.BYTES;
        }
        this.sizeBytes = bytes;
        this.fileCount = files.size();
    }

    @Override
    public StatePosition position() {
        return position;
    }

    @Override
    public long sizeBytes() {
        return sizeBytes;
    }

    @Override
    public Optional<Bytes> next(int maxBytes) throws IOException {
        if (!begun) {
            begun = true;
            return Optional.of(number(fileCount, Integer.BYTES));
        }
        Piece piece = rest.poll();
        if (piece == null) return Optional.empty();
        if (piece.at() < 0) {
            crc.reset();
            rest.addFirst(new Piece(piece.segment(), 0, piece.length()));
            return Optional.of(number(piece.length(), Long.BYTES));
        }
        if (piece.at() == piece.length()) {
            return Optional.of(number(crc.getValue(), Integer.BYTES));
        }
        byte[] bytes = new byte[(int) Math.min(maxBytes, piece.length() - piece.at())];
        ByteBuffer buffer = ByteBuffer.wrap(bytes);
        while (buffer.hasRemaining()) {
            if (piece.segment().channel().read(buffer, piece.at() + buffer.position()) < 0) {
                throw new EOFException(piece.segment().file() + " is shorter than it was");
            }
        }
        crc.update(bytes);
        rest.addFirst(new Piece(piece.segment(), piece.at() + bytes.length, piece.length()));
        return Optional.of(Bytes.wrap(bytes));
    }

    @Override
    public void close() {
        if (closed) return;
        closed = true;
        release.run();
    }

    private static Bytes number(long number, int width) {
        byte[] bytes = new byte[width];
        for (int i = 0; i < width; i++) bytes[i] = (byte) (number >>> (8 * (width - 1 - i)));
        return Bytes.wrap(bytes);
    }
}
