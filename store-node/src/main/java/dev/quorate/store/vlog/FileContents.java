package dev.quorate.store.vlog;

import dev.quorate.store.Bytes;
import dev.quorate.store.mvcc.FoundVersion;
import dev.quorate.store.mvcc.Revision;
import dev.quorate.store.node.port.StatePosition;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.locks.LockSupport;

/**
 * What the whole batches at the begin of one file hold, as far as a start must know it: everything but the values. It
 * is read from the file, or from its checkpoint and then, behind what that covers, from the file.
 */
final class FileContents {
    private static final int BREATH_BYTES = 1 << 20;
    private static final long UNKNOWN = -1;

    record FactAt(Bytes key, Bytes value, int offset) {}

    private final RevisionTable rows;
    private final List<FactAt> facts;
    private final long coveredBytes;
    private long previousIndex;
    private final List<FoundVersion> unsorted = new ArrayList<>();
    private KeyRun versions;
    private long end;
    private StatePosition position;
    private boolean clean = true;

    private FileContents(SegmentCheckpoint known, long coveredBytes) {
        this.coveredBytes = coveredBytes;
        this.rows = known.rows();
        this.facts = new ArrayList<>(known.facts());
        this.previousIndex = known.previousIndex();
        this.versions = known.versions();
        this.end = known.end();
        this.position = known.position();
    }

    /** Nothing yet of a file that continues at a position. */
    static FileContents after(StatePosition position) {
        return new FileContents(SegmentCheckpoint.nothing(position), 0);
    }

    /** Nothing yet of a file; where it continues is not known before it is read. */
    static FileContents ofAnyFile() {
        return after(new StatePosition(UNKNOWN, 0, 0));
    }

    static FileContents of(SegmentCheckpoint known) {
        return new FileContents(known, known.end());
    }

    /**
     * Reads on, up to a limit at most, as long as every batch is whole and continues where the one before ended; no
     * faster than so many bytes per second.
     */
    void read(FileChannel channel, long limit, long bytesPerSecond) throws IOException {
        if (isZero(channel, end, limit)) return;
        long from = end;
        SegmentScan scan = new SegmentScan(channel, from, limit);
        int factsBefore = facts.size();
        int versionsBefore = 0;
        long breathAt = from + BREATH_BYTES;
        for (ByteBuffer record = scan.next(); record.hasRemaining(); record = scan.next()) {
            int at = Math.toIntExact(scan.offset() - record.remaining());
            RecordType type = RecordType.of(record.get(2 * Integer.BYTES));
            switch (type) {
                case VERSION, TOMBSTONE -> version(record, type == RecordType.TOMBSTONE, at);
                case FACT -> fact(record, at);
                case END -> {
                    clean = continues(record.getLong(Records.HEADER_BYTES));
                    if (clean) end(record, scan.offset());
                    factsBefore = clean ? facts.size() : factsBefore;
                    versionsBefore = clean ? unsorted.size() : versionsBefore;
                }
            }
            if (!clean) break;
            if (scan.offset() < breathAt) continue;
            LockSupport.parkNanos(BREATH_BYTES * 1_000_000_000L / bytesPerSecond);
            breathAt += BREATH_BYTES;
        }
        clean &= versionsBefore == unsorted.size() && factsBefore == facts.size() && isZero(channel, end, limit);
        facts.subList(factsBefore, facts.size()).clear();
        unsorted.subList(versionsBefore, unsorted.size()).clear();
        rows.rollback();
    }

    private boolean continues(long previous) {
        if (previousIndex == UNKNOWN) {
            previousIndex = previous;
            return true;
        }
        return previous == position.index();
    }

    private void version(ByteBuffer record, boolean tombstone, int offset) {
        Revision at = Opening.revision(record);
        rows.add(at.main(), at.sub(), offset, record.remaining());
        int from = record.arrayOffset() + Records.HEADER_BYTES + Records.REVISION_BYTES;
        int to = record.arrayOffset() + record.limit();
        unsorted.add(FoundVersion.read(at, tombstone, record.array(), from, to));
    }

    private void fact(ByteBuffer record, int offset) {
        Bytes both = Opening.body(record, Integer.BYTES);
        int keyBytes = record.getInt(Records.HEADER_BYTES);
        facts.add(new FactAt(both.slice(0, keyBytes), both.slice(keyBytes, both.size()), offset));
    }

    private void end(ByteBuffer record, long offset) {
        rows.publish();
        position = Opening.position(record);
        end = offset;
    }

    /** A torn tail and an untouched one differ in their first bytes: a record never begins with zeros. */
    private static boolean isZero(FileChannel channel, long from, long size) throws IOException {
        ByteBuffer head = ByteBuffer.allocate((int) Math.min(Records.HEADER_BYTES, size - from));
        while (head.hasRemaining()) {
            if (channel.read(head, from + head.position()) < 0) break;
        }
        for (byte b : head.array()) if (b != 0) return false;
        return true;
    }

    /** Where the whole batches end. */
    long end() {
        return end;
    }

    /** So much of it a checkpoint knew. */
    long coveredBytes() {
        return coveredBytes;
    }

    /** Is there nothing behind the end? */
    boolean isClean() {
        return clean;
    }

    StatePosition position() {
        return position;
    }

    RevisionTable rows() {
        return rows;
    }

    List<FactAt> facts() {
        return facts;
    }

    KeyRun versions() {
        if (unsorted.isEmpty()) return versions;
        unsorted.sort(Comparator.comparing(FoundVersion::key)); // stable: those of one key stay in their order
        KeyRun.Packer read = new KeyRun.Packer();
        unsorted.forEach(read::add);
        unsorted.clear();
        if (versions.isEmpty()) {
            versions = read.done();
        } else {
            KeyRun.Packer all = new KeyRun.Packer();
            KeyRun.merge(List.of(versions, read.done()), all::add);
            versions = all.done();
        }
        return versions;
    }

    SegmentCheckpoint checkpoint() {
        return new SegmentCheckpoint(end, previousIndex, position, rows, List.copyOf(facts), versions());
    }
}
