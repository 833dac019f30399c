package dev.quorate.store.vlog;

import dev.quorate.store.Bytes;
import dev.quorate.store.Invariant;
import dev.quorate.store.disk.Kernel;
import dev.quorate.store.vlog.ValueLogOptions.ReadMode;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.BitSet;
import java.util.zip.CRC32C;

/**
 * One file of the log with its table in memory and its mapping.
 *
 * <p>The file has its full length from the start (unwritten space is a hole), so that one mapping serves it for life: a
 * mapped file is never cut. When a reclaimed segment is closed, a reader that still holds it meets an
 * {@link IllegalStateException} of the arena and looks the revision up again.
 */
final class Segment {
    private static final VarHandle BIG_ENDIAN_INT =
            MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.BIG_ENDIAN);
    private static final int VERSION_HEAD_BYTES = Records.HEADER_BYTES + Records.REVISION_BYTES;

    private volatile Path file;
    private final SegmentName name;
    private final FileChannel channel;
    private final Arena arena = Arena.ofShared();
    private final MemorySegment mapping;
    private final ReadMode readMode;
    private final RevisionTable table = new RevisionTable();

    /** Rows of the table that nobody will ask for again. Guarded by the log. */
    private final BitSet dead = new BitSet();

    private volatile long writtenBytes;
    private volatile long deadBytes;
    private long keptDeadBytes;

    /** All blocks up to the capacity are the file's own. */
    private volatile boolean reserved;

    /** So much is known to be on the disk. */
    private volatile long syncedBytes;

    /** An earlier process wrote it and may not have synced it. */
    private boolean reopened;

    /** So much of it a checkpoint beside it covers. */
    private volatile long checkpointedBytes;

    private Segment(Path file, SegmentName name, FileChannel channel, long capacity, ReadMode readMode)
            throws IOException {
        this.file = file;
        this.name = name;
        this.channel = channel;
        this.readMode = readMode;
        this.mapping = channel.map(FileChannel.MapMode.READ_ONLY, 0, capacity, arena);
        Kernel.readAtRandom(mapping);
    }

    /** A new file with nothing but its first bytes, under its own name or a passing one until {@link #settle}. */
    static Segment create(Path file, SegmentName name, long capacity, ReadMode readMode) throws IOException {
        return begin(StandardOpenOption.CREATE_NEW, file, name, capacity, readMode);
    }

    /** A file of zeros whose blocks were set aside up to the capacity. */
    static Segment adopt(Path file, SegmentName name, long capacity, ReadMode readMode) throws IOException {
        Segment segment = begin(StandardOpenOption.WRITE, file, name, capacity, readMode);
        segment.reserved = true;
        return segment;
    }

    private static Segment begin(StandardOpenOption how, Path file, SegmentName name, long capacity, ReadMode readMode)
            throws IOException {
        FileChannel channel = FileChannel.open(file, how, StandardOpenOption.READ, StandardOpenOption.WRITE);
        try {
            ByteBuffer magic = ByteBuffer.allocate(Records.MAGIC_BYTES)
                    .putLong(Records.MAGIC)
                    .flip();
            writeFully(channel, magic, 0);
            Segment segment = new Segment(file, name, channel, capacity, readMode);
            segment.writtenBytes = Records.MAGIC_BYTES;
            return segment;
        } catch (IOException | RuntimeException e) {
            channel.close();
            Files.deleteIfExists(file);
            throw e;
        }
    }

    /** An existing file whose bytes count up to {@code length}; what lies behind is cut off before it is mapped. */
    static Segment open(Path file, SegmentName name, long length, long capacity, ReadMode readMode) throws IOException {
        FileChannel channel = FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE);
        try {
            channel.truncate(length);
            Segment segment = new Segment(file, name, channel, Math.max(capacity, length), readMode);
            segment.writtenBytes = length;
            segment.reopened = true;
            return segment;
        } catch (IOException | RuntimeException e) {
            channel.close();
            throw e;
        }
    }

    Path file() {
        return file;
    }

    SegmentName name() {
        return name;
    }

    RevisionTable table() {
        return table;
    }

    BitSet dead() {
        return dead;
    }

    FileChannel channel() {
        return channel;
    }

    long writtenBytes() {
        return writtenBytes;
    }

    long syncedBytes() {
        return syncedBytes;
    }

    boolean isReopened() {
        return reopened;
    }

    long checkpointedBytes() {
        return checkpointedBytes;
    }

    void checkpointed(long upTo) {
        checkpointedBytes = upTo;
    }

    long deadBytes() {
        return deadBytes;
    }

    /** Garbage that goes only when this is the log's first file. Guarded by the log. */
    long keptDeadBytes() {
        return keptDeadBytes;
    }

    void keepDeadBytes(long bytes) {
        keptDeadBytes += bytes;
    }

    void addDeadBytes(long bytes) {
        long before = deadBytes;
        deadBytes = before + bytes;
    }

    boolean isReserved() {
        return reserved;
    }

    /** Sets the rest of the file aside. */
    void reserve() throws IOException {
        Kernel.reserve(file, mapping.byteSize());
        reserved = true;
    }

    /** Gives back what was set aside and not written yet. The caller holds the log's lock: nobody writes meanwhile. */
    boolean giveUpReserve() {
        if (!reserved) return false;
        reserved = false;
        return Kernel.release(file, writtenBytes, mapping.byteSize());
    }

    boolean hasRoomFor(int bytes) {
        return writtenBytes + bytes <= mapping.byteSize();
    }

    /** Writes a whole batch. Its rows must be in the table, not published yet. */
    void append(ByteBuffer batch) throws IOException {
        long end = writtenBytes + batch.remaining();
        writeFully(channel, batch, writtenBytes);
        writtenBytes = end;
        table.publish();
    }

    /**
     * The KeyValue of the version at an offset; checked. Head and body go to arrays of their own, so that the body can
     * be given away as it is: cutting it out of the whole record would copy it twice.
     */
    Bytes keyValue(int offset) {
        byte[] head = bytes(offset, VERSION_HEAD_BYTES);
        int size = checkedSize(offset, Records.HEADER_BYTES + (int) BIG_ENDIAN_INT.get(head, Integer.BYTES));
        byte[] body = bytes(offset + VERSION_HEAD_BYTES, size - VERSION_HEAD_BYTES);
        CRC32C crc = new CRC32C();
        crc.update(head, Integer.BYTES, VERSION_HEAD_BYTES - Integer.BYTES);
        crc.update(body, 0, body.length);
        if ((int) crc.getValue() != (int) BIG_ENDIAN_INT.get(head, 0)) throw damaged(offset);
        return Bytes.wrap(body);
    }

    private byte[] bytes(int offset, int length) {
        byte[] bytes = new byte[length];
        if (readMode == ReadMode.MMAP) MemorySegment.copy(mapping, ValueLayout.JAVA_BYTE, offset, bytes, 0, length);
        else pread(bytes, offset);
        return bytes;
    }

    /** Gives a file that was written under a passing name its own. Its bytes must be safe. */
    void settle() throws IOException {
        Path own = file.resolveSibling(name.file());
        Files.move(file, own, StandardCopyOption.ATOMIC_MOVE);
        file = own;
    }

    /** The folder was renamed. */
    void moved(Path folder) {
        file = folder.resolve(file.getFileName());
    }

    /** Returns whether there was something to sync. */
    boolean force() throws IOException {
        long upTo = writtenBytes;
        if (syncedBytes == upTo) return false;
        channel.force(false);
        syncedBytes = upTo;
        return true;
    }

    void close() {
        arena.close();
        try {
            channel.close();
        } catch (IOException e) {
            throw new IllegalStateException("close " + file, e);
        }
    }

    /** A damaged length must not be believed. */
    private int checkedSize(int offset, int size) {
        boolean fits = size >= Records.HEADER_BYTES + Records.REVISION_BYTES && size <= writtenBytes - offset;
        if (!fits) throw damaged(offset);
        return size;
    }

    Invariant.Broken damaged(long offset) {
        return new Invariant.Broken("value log " + file + " is damaged at offset " + offset
                + ": the checksum differs. This member must not answer from it");
    }

    private void pread(byte[] into, int offset) {
        try {
            readFully(ByteBuffer.wrap(into), offset);
        } catch (IOException e) {
            throw new IllegalStateException("read " + file + " at " + offset, e);
        }
    }

    private void readFully(ByteBuffer into, long at) throws IOException {
        while (into.hasRemaining()) {
            if (channel.read(into, at + into.position()) < 0) throw new IOException("end of file");
        }
    }

    private static void writeFully(FileChannel channel, ByteBuffer bytes, long at) throws IOException {
        long offset = at;
        while (bytes.hasRemaining()) offset += channel.write(bytes, offset);
    }
}
