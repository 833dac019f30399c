package dev.quorate.store.vlog;

import dev.quorate.store.Bytes;
import dev.quorate.store.mvcc.Revision;
import dev.quorate.store.node.port.StatePosition;
import dev.quorate.store.vlog.FileContents.FactAt;
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
    private final List<Path> leftovers = new ArrayList<>();
    private final List<Found> found = new ArrayList<>();
    private Segments segments = Segments.none();
    private StatePosition position = NOTHING;

    /** What one file holds; nothing is changed before all of them have been looked at. */
    private record Found(SegmentName name, long from, FileContents contents) {}

    Opening(Path folder, ValueLogOptions options, Recovery recovery) {
        this.folder = folder;
        this.options = options;
        this.recovery = recovery;
    }

    ValueLogFiles open(long safeElsewhere) throws IOException {
        long safeIndex = Math.max(safeElsewhere, SafeIndex.read(folder));
        List<SegmentName> names = inCharge();
        for (int i = 0; i < names.size(); i++) {
            boolean follows =
                    i == 0 || names.get(i - 1).last() + 1 == names.get(i).first();
            if (!follows || !read(names.get(i))) break;
        }
        if (position.index() < safeIndex) throw damaged(names, safeIndex);
        KeyRun.merge(found.stream().map(file -> file.contents().versions()).toList(), recovery::version);
        for (Path leftover : leftovers) Files.delete(leftover);
        for (SegmentName name : names.subList(found.size(), names.size()))
            Checkpointing.delete(folder.resolve(name.file()));
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
                else if (!file.endsWith(SafeIndex.FILE)) leftovers.add(file);
            }
        }
        List<SegmentName> kept = new ArrayList<>();
        for (SegmentName name : names) {
            Path file = folder.resolve(name.file());
            if (names.stream().noneMatch(other -> other.covers(name))) {
                kept.add(name);
                leftovers.remove(Checkpointing.file(file));
            } else leftovers.add(file);
        }
        kept.sort(Comparator.comparingLong(SegmentName::first));
        return kept;
    }

    /** Reads one file. Returns false if the log ends in it or before it, whatever follows. */
    private boolean read(SegmentName name) throws IOException {
        Path file = folder.resolve(name.file());
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
            long size = channel.size();
            if (size < Records.MAGIC_BYTES || magic(channel) != Records.MAGIC) return false;
            FileContents contents =
                    checkpoint(file, channel).map(FileContents::of).orElseGet(() -> FileContents.after(position));
            contents.read(channel, size, Long.MAX_VALUE);
            found.add(new Found(name, position.revision() + 1, contents));
            position = contents.position();
            for (FactAt fact : contents.facts()) recovery.fact(fact.key(), fact.value());
            return contents.isClean();
        }
    }

    /** What is known of a file, if that continues where the log ends so far, and if the file still ends a batch there. */
    private Optional<SegmentCheckpoint> checkpoint(Path file, FileChannel channel) throws IOException {
        Optional<SegmentCheckpoint> known = SegmentCheckpoint.read(Checkpointing.file(file));
        if (known.isEmpty() || known.get().previousIndex() != position.index()) return Optional.empty();
        long end = known.get().end();
        long lastRecord = end - Records.HEADER_BYTES - Records.END_BODY_BYTES;
        ByteBuffer last = new SegmentScan(channel, lastRecord, Math.min(end, channel.size())).next();
        boolean isEnd = last.hasRemaining()
                && RecordType.of(last.get(2 * Integer.BYTES)) == RecordType.END
                && position(last).equals(known.get().position());
        return isEnd ? known : Optional.empty();
    }

    private DamagedValueLog damaged(List<SegmentName> names, long safeIndex) {
        boolean headless = found.size() < names.size();
        Path file = folder;
        if (!names.isEmpty())
            file = folder.resolve(
                    names.get(headless ? found.size() : found.size() - 1).file());
        long offset =
                headless || found.isEmpty() ? 0 : found.getLast().contents().end();
        return new DamagedValueLog(
                file, offset, "it ends at applied index " + position.index() + " but was safe up to " + safeIndex);
    }

    private void begin() throws IOException {
        SegmentName name = SegmentName.at(0);
        Path file = folder.resolve(name.file());
        segments = segments.with(Segment.create(file, name, options.segmentBytes(), options.readMode()), 0);
    }

    private void adopt(Found file, boolean last) throws IOException {
        SegmentName name = file.name();
        FileContents contents = file.contents();
        long end = contents.end();
        long capacity = last ? options.segmentBytes() : end;
        // One that does not fit must not seem to fit to what is written behind a cut.
        if (contents.coveredBytes() == 0) Files.deleteIfExists(Checkpointing.file(folder.resolve(name.file())));
        Segment segment = Segment.open(folder.resolve(name.file()), name, end, capacity, options.readMode());
        segments = segments.with(segment, file.from());
        segment.table().take(contents.rows());
        segment.checkpointed(contents.coveredBytes());
        for (FactAt fact : contents.facts()) facts.add(fact.key(), fact.value(), fact.offset());
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

    static long magic(FileChannel channel) throws IOException {
        ByteBuffer magic = ByteBuffer.allocate(Records.MAGIC_BYTES);
        while (magic.hasRemaining()) {
            if (channel.read(magic, magic.position()) < 0) return 0;
        }
        return magic.getLong(0);
    }
}
