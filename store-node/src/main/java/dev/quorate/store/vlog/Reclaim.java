package dev.quorate.store.vlog;

import dev.quorate.store.Bytes;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;

/**
 * Rewrites a run of neighbouring files that are full of garbage into one file with their live records.
 *
 * <pre>
 * 1. Only closed files; the run is as long as its live records fit into one file and its revisions into one table.
 * 2. A dead tombstone, and a fact that says "gone", stays while an older file could still hold what it hides: it goes
 *    only when the run begins at the log's first file.
 * 3. The new file ends with one batch end: the position of the run's last batch, continuing after its first one's
 *    predecessor. So the chain of batches stays whole.
 * 4. What makes a record garbage is safe on the disk before the record goes: otherwise a power cut could take the newer
 *    version and the older one would be gone already. So the garbage is what was garbage when the run began, and the log
 *    is forced after that look and before anything is left out.
 * 5. What dies while the copy runs is copied, and marked in the new file when it takes its place.
 * </pre>
 */
final class Reclaim {
    private static final int PIECE_BYTES = 1 << 20;
    private static final BitSet NOTHING = new BitSet();

    private final ValueLogFiles log;
    private final ValueLogOptions options;
    private final double deadShare;
    private final boolean frugal;
    private final Records out = new Records();
    private final RevisionTable rows = new RevisionTable();

    /** For each row of the new file, where it came from. */
    private final List<Origin> origins = new ArrayList<>();

    private final Map<Segment, BitSet> garbage = new HashMap<>();
    private Map<Bytes, Facts.Place> factsThen = Map.of();
    private final List<Moved> moved = new ArrayList<>();
    private final List<Moved> forgotten = new ArrayList<>();
    private long previousIndex = -1;
    private ByteBuffer lastEnd = ByteBuffer.allocate(0);
    private int pieceBase = Records.MAGIC_BYTES;

    private record Origin(Segment segment, int row) {}

    private record Moved(Bytes key, Facts.Place from, int newOffset) {}

    /**
     * Takes files of which more than this share is garbage.
     *
     * @param frugal there is hardly any room: only the one file that needs the least for its copy
     */
    Reclaim(ValueLogFiles log, ValueLogOptions options, double deadShare, boolean frugal) {
        this.log = log;
        this.options = options;
        this.deadShare = deadShare;
        this.frugal = frugal;
    }

    boolean run() throws IOException {
        List<Segment> run;
        boolean oldest;
        synchronized (log) {
            List<Segment> files = log.segments().files();
            int first = candidate(files);
            if (first < 0) return false;
            run = run(files, first);
            oldest = first == 0;
            for (Segment source : run)
                garbage.put(source, (BitSet) source.dead().clone());
            factsThen = log.facts().in(run);
        }
        SafeIndex.write(log, log.force().index());
        Optional<Segment> target = begin(run);
        if (target.isPresent()) rewrite(run, oldest, target.get());
        return target.isPresent();
    }

    /** A file under a passing name; none if another state has taken this one's place. */
    private Optional<Segment> begin(List<Segment> run) throws IOException {
        SegmentName name = name(run);
        long capacity = run.stream().mapToLong(Segment::writtenBytes).sum() + Records.MAGIC_BYTES;
        Path passing = log.folder().resolve(name.file() + ".tmp");
        synchronized (log) {
            if (!log.byName(() -> Files.deleteIfExists(passing))) return Optional.empty();
            return Optional.of(Segment.create(passing, name, capacity, options.readMode()));
        }
    }

    private void rewrite(List<Segment> run, boolean oldest, Segment target) throws IOException {
        boolean done = false;
        try {
            for (Segment source : run) copy(source, target, oldest);
            finish(target);
            target.force();
            if (log.byName(target::settle)) {
                log.syncNames();
                done = log.byName(() -> takePlace(target, log.segments().files().indexOf(run.getFirst()), run.size()));
            }
        } finally {
            if (!done) {
                target.close();
                var _ = log.byName(() -> Files.deleteIfExists(target.file()));
            }
        }
        if (done) log.dropRetired();
    }

    private static SegmentName name(List<Segment> run) {
        long generation = 0;
        for (Segment source : run)
            generation = Math.max(generation, source.name().generation());
        return new SegmentName(
                run.getFirst().name().first(), run.getLast().name().last(), generation + 1);
    }

    private int candidate(List<Segment> files) {
        int best = -1;
        for (int i = 0; i < files.size() - 1; i++) {
            if (!isWorthIt(files.get(i), i == 0)) continue;
            if (!frugal) return i;
            if (best < 0 || liveBytes(files.get(i)) < liveBytes(files.get(best))) best = i;
        }
        return best;
    }

    private static long liveBytes(Segment segment) {
        return segment.writtenBytes() - segment.deadBytes();
    }

    /** What a run must keep all the same is no reason for it: it would be one again and again. */
    private boolean isWorthIt(Segment segment, boolean oldest) {
        long garbage = segment.deadBytes() - (oldest ? 0 : segment.keptDeadBytes());
        return garbage > segment.writtenBytes() * deadShare;
    }

    private List<Segment> run(List<Segment> files, int first) {
        List<Segment> run = new ArrayList<>();
        long live = 0;
        for (int i = first; i < files.size() - 1; i++) {
            Segment segment = files.get(i);
            live += liveBytes(segment);
            if (i > first && frugal) break;
            if (i > first && (!isWorthIt(segment, first == 0) || live > options.segmentBytes())) break;
            // A few live versions in many files: their bytes alone would let the run go on for ever.
            if (!run.stream().allMatch(one -> one.table().reaches(segment.table()))) break;
            run.add(segment);
        }
        return run;
    }

    private void copy(Segment source, Segment target, boolean oldest) throws IOException {
        SegmentScan scan = new SegmentScan(source.channel(), Records.MAGIC_BYTES, source.writtenBytes());
        int row = 0;
        long offset = scan.offset();
        for (ByteBuffer record = scan.next(); record.hasRemaining(); record = scan.next()) {
            switch (RecordType.of(record.get(2 * Integer.BYTES))) {
                case VERSION -> copyVersion(source, row++, record, true);
                case TOMBSTONE -> copyVersion(source, row++, record, oldest);
                case FACT -> copyFact(source, (int) offset, record, oldest);
                case END -> copyEnd(record);
            }
            offset = scan.offset();
            if (out.sizeBytes() >= PIECE_BYTES) flush(target);
        }
        if (scan.offset() != source.writtenBytes()) {
            throw new DamagedValueLog(source.file(), scan.offset(), "a record is not what was written");
        }
    }

    private void copyVersion(Segment source, int row, ByteBuffer record, boolean mayGo) {
        if (mayGo && garbageOf(source).get(row)) return;
        RevisionTable table = source.table();
        rows.add(table.main(row), table.sub(row), pieceBase + out.copy(record.duplicate()), record.remaining());
        origins.add(new Origin(source, row));
    }

    private BitSet garbageOf(Segment source) {
        return garbage.getOrDefault(source, NOTHING);
    }

    private void copyFact(Segment source, int offset, ByteBuffer record, boolean oldest) {
        Bytes key = Opening.body(record, Integer.BYTES).slice(0, record.getInt(Records.HEADER_BYTES));
        Facts.Place place = factsThen.get(key);
        if (place == null || place.segment() != source || place.offset() != offset) return;
        if (place.gone() && oldest) forgotten.add(new Moved(key, place, 0));
        else moved.add(new Moved(key, place, pieceBase + out.copy(record.duplicate())));
    }

    private void copyEnd(ByteBuffer record) {
        if (previousIndex < 0) previousIndex = record.getLong(Records.HEADER_BYTES);
        byte[] bytes = new byte[record.remaining()];
        record.get(0, bytes);
        lastEnd = ByteBuffer.wrap(bytes);
    }

    private void finish(Segment target) throws IOException {
        out.end(previousIndex, Opening.position(lastEnd));
        flush(target);
        target.table().take(rows);
    }

    private void flush(Segment target) throws IOException {
        int size = out.sizeBytes();
        target.append(out.whole());
        out.clear();
        pieceBase += size;
        LockSupport.parkNanos(size * 1_000_000_000L / options.reclaimBytesPerSecond());
    }

    private void takePlace(Segment target, int first, int count) {
        for (int row = 0; row < origins.size(); row++) {
            Origin origin = origins.get(row);
            if (!origin.segment().dead().get(origin.row())) continue;
            int bytes = target.table().size(row);
            target.dead().set(row);
            target.addDeadBytes(bytes);
            if (garbageOf(origin.segment()).get(origin.row())) target.keepDeadBytes(bytes);
        }
        for (Moved fact : moved) {
            Facts.Place from = fact.from();
            Facts.Place to = new Facts.Place(target, fact.newOffset(), from.sizeBytes(), from.gone());
            boolean current = log.facts().moved(fact.key(), from, to);
            if (!current || from.gone()) target.addDeadBytes(from.sizeBytes());
            if (from.gone()) target.keepDeadBytes(from.sizeBytes());
        }
        for (Moved fact : forgotten) log.facts().forget(fact.key(), fact.from());
        log.swap(first, count, target);
    }
}
