package dev.quorate.store.vlog;

import dev.quorate.store.Bytes;
import dev.quorate.store.mvcc.Revision;
import dev.quorate.store.node.StatePosition;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Opens a folder: picks the files in charge, reads whole batches in order, and cuts behind the last.
 *
 * <p>Every batch says after which applied index it continues. So a batch whose pages never reached the disk is seen
 * even where it left nothing but zeros, and everything behind it goes as well: what remains is always a prefix.
 */
final class Opening {
    private static final StatePosition NOTHING = new StatePosition(0, 0, 0);

    private final Path folder;
    private final ValueLogOptions options;
    private final Recovery recovery;
    private final Facts facts = new Facts();
    private final List<ByteBuffer> batch = new ArrayList<>();
    private final List<Integer> batchOffsets = new ArrayList<>();
    private final List<FactAt> factsOfFile = new ArrayList<>();
    private final List<Path> leftovers = new ArrayList<>();
    private final List<Found> found = new ArrayList<>();
    private Segments segments = Segments.none();
    private StatePosition position = NOTHING;

    private record FactAt(Bytes key, Bytes value, int offset) {}

    /** What one file holds; nothing is changed before all of them have been looked at. */
    private record Found(SegmentName name, long end, RevisionTable rows, long from, List<FactAt> facts) {}

    Opening(Path folder, ValueLogOptions options, Recovery recovery) {
        this.folder = folder;
        this.options = options;
        this.recovery = recovery;
    }

    ValueLogFiles open(long safeIndex) throws IOException {
        List<SegmentName> names = inCharge();
        for (int i = 0; i < names.size(); i++) {
            boolean follows =
                    i == 0 || names.get(i - 1).last() + 1 == names.get(i).first();
            if (!follows || !read(names.get(i))) break;
        }
        if (position.index() < safeIndex) throw damaged(names, safeIndex);
        for (Path leftover : leftovers) Files.delete(leftover);
        for (SegmentName name : names.subList(found.size(), names.size())) Files.delete(folder.resolve(name.file()));
        try {
            for (int i = 0; i < found.size(); i++) adopt(found.get(i), i == found.size() - 1);
            if (found.isEmpty()) begin();
        } catch (IOException | RuntimeException e) {
            for (Segment segment : segments.files()) segment.close();
            throw e;
        }
        return new ValueLogFiles(folder, options, segments, facts, position);
    }

    /** The files that count, in order; the others are left over: half-written ones and those that were rewritten. */
    private List<SegmentName> inCharge() throws IOException {
        List<SegmentName> names = new ArrayList<>();
        try (Stream<Path> files = Files.list(folder)) {
            for (Path file : files.toList()) {
                Optional<SegmentName> name =
                        SegmentName.parse(file.getFileName().toString());
                if (name.isPresent()) names.add(name.get());
                else leftovers.add(file);
            }
        }
        List<SegmentName> kept = new ArrayList<>();
        for (SegmentName name : names) {
            if (names.stream().noneMatch(other -> other.covers(name))) kept.add(name);
            else leftovers.add(folder.resolve(name.file()));
        }
        kept.sort(Comparator.comparingLong(SegmentName::first));
        return kept;
    }

    /** Reads one file. Returns false if the log ends in it or before it, whatever follows. */
    private boolean read(SegmentName name) throws IOException {
        long from = position.revision() + 1;
        RevisionTable rows = new RevisionTable();
        Tail tail = readBatches(folder.resolve(name.file()), rows);
        if (tail.end() < Records.MAGIC_BYTES) return false;
        found.add(new Found(name, tail.end(), rows, from, List.copyOf(factsOfFile)));
        factsOfFile.clear();
        return tail.clean();
    }

    private DamagedValueLog damaged(List<SegmentName> names, long safeIndex) {
        boolean headless = found.size() < names.size();
        Path file = folder;
        if (!names.isEmpty())
            file = folder.resolve(
                    names.get(headless ? found.size() : found.size() - 1).file());
        long offset = headless || found.isEmpty() ? 0 : found.getLast().end();
        return new DamagedValueLog(
                file, offset, "it ends at applied index " + position.index() + " but was safe up to " + safeIndex);
    }

    private void begin() throws IOException {
        SegmentName name = SegmentName.at(0);
        Path file = folder.resolve(name.file());
        segments = segments.with(Segment.create(file, name, options.segmentBytes(), options.readMode()), 0);
    }

    /** Where the whole batches end, and whether there was nothing behind them. */
    private record Tail(long end, boolean clean) {}

    private Tail readBatches(Path file, RevisionTable rows) throws IOException {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
            long size = channel.size();
            if (size < Records.MAGIC_BYTES || magic(channel) != Records.MAGIC) return new Tail(0, false);
            SegmentScan scan = new SegmentScan(channel, Records.MAGIC_BYTES, size);
            long end = Records.MAGIC_BYTES;
            long at = end;
            for (ByteBuffer record = scan.next(); record.hasRemaining(); record = scan.next()) {
                RecordType type = RecordType.of(record.get(2 * Integer.BYTES));
                batchOffsets.add(Math.toIntExact(at));
                batch.add(copy(record));
                at = scan.offset();
                if (type != RecordType.END) continue;
                if (!settle(rows)) return new Tail(end, false);
                end = at;
            }
            boolean clean = batch.isEmpty() && isZero(channel, end, size);
            batch.clear();
            batchOffsets.clear();
            return new Tail(end, clean);
        }
    }

    /** The batch is whole. Returns false if it does not continue where the one before ended. */
    private boolean settle(RevisionTable rows) {
        ByteBuffer end = batch.getLast();
        long previous = end.getLong(Records.HEADER_BYTES);
        if (previous != position.index()) return false;
        for (int i = 0; i < batch.size() - 1; i++) {
            ByteBuffer record = batch.get(i);
            RecordType type = RecordType.of(record.get(2 * Integer.BYTES));
            if (type == RecordType.FACT) {
                int keyBytes = record.getInt(Records.HEADER_BYTES);
                Bytes both = body(record, Integer.BYTES);
                Bytes key = both.slice(0, keyBytes);
                Bytes value = both.slice(keyBytes, both.size());
                factsOfFile.add(new FactAt(key, value, batchOffsets.get(i)));
                recovery.fact(key, value);
            } else {
                Revision revision = revision(record);
                rows.add(revision.main(), revision.sub(), batchOffsets.get(i));
                recovery.version(revision, type == RecordType.TOMBSTONE, body(record, Records.REVISION_BYTES));
            }
        }
        position = position(end);
        batch.clear();
        batchOffsets.clear();
        return true;
    }

    private void adopt(Found file, boolean last) throws IOException {
        SegmentName name = file.name();
        long capacity = last ? options.segmentBytes() : file.end();
        Segment segment = Segment.open(folder.resolve(name.file()), name, file.end(), capacity, options.readMode());
        segments = segments.with(segment, file.from());
        segment.table().take(file.rows());
        for (FactAt fact : file.facts()) facts.add(fact.key(), fact.value(), fact.offset());
        facts.settle(segment, 0);
    }

    static StatePosition position(ByteBuffer end) {
        return new StatePosition(
                end.getLong(Records.HEADER_BYTES + Long.BYTES),
                end.getLong(Records.HEADER_BYTES + 2 * Long.BYTES),
                end.getLong(Records.HEADER_BYTES + 3 * Long.BYTES));
    }

    static Revision revision(ByteBuffer record) {
        return new Revision(record.getLong(Records.HEADER_BYTES), record.getInt(Records.HEADER_BYTES + Long.BYTES));
    }

    static Bytes body(ByteBuffer record, int skip) {
        byte[] body = new byte[record.remaining() - Records.HEADER_BYTES - skip];
        record.get(Records.HEADER_BYTES + skip, body);
        return Bytes.wrap(body);
    }

    private static ByteBuffer copy(ByteBuffer record) {
        byte[] bytes = new byte[record.remaining()];
        record.get(0, bytes);
        return ByteBuffer.wrap(bytes);
    }

    private static long magic(FileChannel channel) throws IOException {
        ByteBuffer magic = ByteBuffer.allocate(Records.MAGIC_BYTES);
        while (magic.hasRemaining()) {
            if (channel.read(magic, magic.position()) < 0) return 0;
        }
        return magic.getLong(0);
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
}
