package dev.quorate.store.vlog;

import dev.quorate.store.Bytes;
import dev.quorate.store.node.port.SnapshotStore;
import dev.quorate.store.node.port.StatePosition;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.util.BitSet;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.zip.CRC32C;

/**
 * A state as a stream: the files as they stand on disk up to the last whole batch. They are held until it is closed.
 *
 * <pre>
 * [file count] ( [first][last][generation][from][length] [bytes from..length] [crc32c of bytes 0..length] )*
 * </pre>
 *
 * <p>Files only grow and are never changed, and so does what a receiver has of them: what was cut off goes on behind the
 * bytes that are the same, even if the state has moved on meanwhile or comes from another member.
 */
public final class StateExport implements SnapshotStore.Export {
    /** Numbers before each file. */
    static final int HEAD_BYTES = 5 * Long.BYTES;

    private static final int PIECE_BYTES = 1 << 20;

    private final StatePosition position;
    private final Runnable release;
    private final Consumer<String> damage;
    private final List<Segment> files;
    private final List<BitSet> dead;
    private final long[] lengths;
    private final long[] from;
    private final CRC32C crc = new CRC32C();
    private final long sizeBytes;

    /** Which file is under way, and where; before its head is said, that is negative. */
    private int file = -1;

    private long at = -1;
    private boolean closed;

    /**
     * @param release called once when it is closed
     * @param damage hears of bytes that are not what was written
     */
    StateExport(List<Segment> files, StatePosition position, Runnable release, Consumer<String> damage) {
        this.position = position;
        this.release = release;
        this.damage = damage;
        this.files = files;
        this.dead = files.stream().map(file -> (BitSet) file.dead().clone()).toList();
        this.lengths = new long[files.size()];
        this.from = new long[files.size()];
        long bytes = Integer.BYTES;
        for (int i = 0; i < lengths.length; i++) {
            lengths[i] = files.get(i).writtenBytes();
            bytes += HEAD_BYTES + lengths[i] + Integer.BYTES;
        }
        this.sizeBytes = bytes;
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
    public void leaveOut(List<SnapshotStore.Held> held) throws IOException {
        for (SnapshotStore.Held one : held) {
            for (int i = 0; i < lengths.length; i++) {
                if (!files.get(i).name().file().equals(one.file()) || one.bytes() > lengths[i]) continue;
                if (checksum(files.get(i), one.bytes()) == one.crc()) from[i] = one.bytes();
            }
        }
    }

    /**
     * Without what is dead: reclaiming leaves some of it in one file and not in the next, and who counts the versions of a
     * key anew, as etcd does, must not meet such gaps. What was dead before a start is not known here until the compaction
     * has come to it again.
     */
    @Override
    public void records(SnapshotStore.Records records) throws IOException {
        for (int i = 0; i < lengths.length; i++) {
            SegmentScan scan = new SegmentScan(files.get(i).channel(), Records.MAGIC_BYTES, lengths[i]);
            int row = 0;
            for (ByteBuffer record = scan.next(); record.hasRemaining(); record = scan.next()) {
                RecordType type = RecordType.of(record.get(2 * Integer.BYTES));
                if (!type.isVersion() || !dead.get(i).get(row++)) tell(type, record, records);
            }
            if (scan.offset() != lengths[i]) throw damaged(files.get(i), scan.offset());
        }
    }

    private DamagedValueLog damaged(Segment segment, long offset) {
        DamagedValueLog found = new DamagedValueLog(segment.file(), offset, "a record is not what was written");
        damage.accept(String.valueOf(found.getMessage()));
        return found;
    }

    /** What nobody could open is not sent: its receiver would refuse it, again and again, and nobody would be told. */
    private void check(Segment segment, long length) throws IOException {
        SegmentScan scan = new SegmentScan(segment.channel(), Records.MAGIC_BYTES, length);
        try {
            if (Opening.magic(segment.channel()) != Records.MAGIC) throw damaged(segment, 0);
            while (scan.next().hasRemaining()) {}
        } catch (ClosedChannelException | DamagedValueLog known) {
            throw known;
        } catch (IOException unreadable) {
            throw damaged(segment, scan.offset());
        }
        if (scan.offset() != length) throw damaged(segment, scan.offset());
    }

    private static void tell(RecordType type, ByteBuffer record, SnapshotStore.Records records) throws IOException {
        switch (type) {
            case VERSION, TOMBSTONE ->
                records.version(
                        Opening.revision(record),
                        type == RecordType.TOMBSTONE,
                        Opening.body(record, Records.REVISION_BYTES));
            case FACT -> {
                Bytes both = Opening.body(record, Integer.BYTES);
                int keyBytes = record.getInt(Records.HEADER_BYTES);
                records.fact(both.slice(0, keyBytes), both.slice(keyBytes, both.size()));
            }
            case END -> {}
        }
    }

    private int checksum(Segment segment, long bytes) throws IOException {
        crc.reset();
        ByteBuffer piece = ByteBuffer.allocate(PIECE_BYTES);
        for (long done = 0; done < bytes; done += piece.limit()) {
            read(segment, done, piece.clear().limit((int) Math.min(PIECE_BYTES, bytes - done)));
            crc.update(piece.flip());
        }
        return (int) crc.getValue();
    }

    @Override
    public Optional<Bytes> next(int maxBytes) throws IOException {
        if (file < 0) {
            file = 0;
            return number(lengths.length);
        }
        if (file == lengths.length) return Optional.empty();
        Segment segment = files.get(file);
        if (at < 0) return head(segment);
        if (at == lengths[file]) {
            file++;
            at = -1;
            return number((int) crc.getValue());
        }
        byte[] bytes = new byte[(int) Math.min(maxBytes, lengths[file] - at)];
        read(segment, at, ByteBuffer.wrap(bytes));
        crc.update(bytes);
        at += bytes.length;
        return Optional.of(Bytes.wrap(bytes));
    }

    private Optional<Bytes> head(Segment segment) throws IOException {
        check(segment, lengths[file]);
        at = from[file];
        checksum(segment, at);
        SegmentName name = segment.name();
        byte[] head = new byte[HEAD_BYTES];
        ByteBuffer.wrap(head)
                .putLong(name.first())
                .putLong(name.last())
                .putLong(name.generation())
                .putLong(at)
                .putLong(lengths[file]);
        return Optional.of(Bytes.wrap(head));
    }

    private static Optional<Bytes> number(int value) {
        byte[] bytes = new byte[Integer.BYTES];
        ByteBuffer.wrap(bytes).putInt(value);
        return Optional.of(Bytes.wrap(bytes));
    }

    private static void read(Segment segment, long from, ByteBuffer into) throws IOException {
        while (into.hasRemaining()) {
            if (segment.channel().read(into, from + into.position()) < 0)
                throw new EOFException(segment.file() + " is shorter than it was");
        }
    }

    @Override
    public void close() {
        if (closed) return;
        closed = true;
        release.run();
    }
}
