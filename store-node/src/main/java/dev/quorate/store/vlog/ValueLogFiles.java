package dev.quorate.store.vlog;

import dev.quorate.store.Bytes;
import dev.quorate.store.Invariant;
import dev.quorate.store.mvcc.Revision;
import dev.quorate.store.mvcc.ValueLog;
import dev.quorate.store.node.port.DurableLog.Room;
import dev.quorate.store.node.port.StatePosition;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The value log on disk. Its layout and its argument stand in the package comment.
 *
 * <p>One thread appends, ends batches and declares versions dead; any thread reads, scans, forces and reclaims. The
 * lock is held for moments only, never while a file is read or synced.
 */
public final class ValueLogFiles implements ValueLog, AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(ValueLogFiles.class);
    private static final long FULL_RETRY_NANOS = 200_000_000;
    private static final double HARDLY_WORTH_IT = 0.05;

    /** What is done to files by their names while nobody else may have the same names. */
    interface ByName {
        void run() throws IOException;
    }

    private volatile Path folder;
    private final ValueLogOptions options;
    private final Facts facts;
    private final Records records = new Records();
    private final RevisionTable open = new RevisionTable();
    private final List<Segment> retired = new ArrayList<>();

    private volatile Segments segments;
    private volatile StatePosition position;
    private volatile Thread writer = Thread.currentThread();
    private final AtomicBoolean filesChanged = new AtomicBoolean(true);

    /** Taken before the log's own lock, never after it. */
    private final Object syncing = new Object();

    private final Object reclaiming = new Object();
    private boolean syncFailed;
    private volatile boolean closed;

    /** Another state has the folder's name now, or may soon. Guarded by this for whoever touches a file by its name. */
    private volatile boolean gaveWay;

    private final Reserve reserve;
    private volatile Consumer<String> damage = what -> {};
    private long lastMain;
    private int readersOfOldFiles;

    ValueLogFiles(Path folder, ValueLogOptions options, Segments segments, Facts facts, StatePosition position) {
        this.folder = folder;
        this.options = options;
        this.segments = segments;
        this.facts = facts;
        this.position = position;
        this.lastMain = position.revision();
        this.reserve = new Reserve(options.segmentBytes());
    }

    /**
     * Opens a folder, which may be empty.
     *
     * @param safeIndex up to this applied index the log was forced once; if it ends before, it is damaged
     */
    public static ValueLogFiles open(Path folder, ValueLogOptions options, long safeIndex, Recovery recovery)
            throws IOException {
        Files.createDirectories(folder);
        return new Opening(folder, options, recovery).open(safeIndex);
    }

    // ---- the writing thread

    @Override
    public void append(Revision revision, boolean tombstone, Bytes encodedKeyValue) {
        writer = Thread.currentThread();
        Invariant.check(revision.main() >= lastMain, "revisions are appended in order", revision.main(), lastMain);
        int offset = records.version(revision, tombstone, encodedKeyValue);
        open.add(revision.main(), revision.sub(), offset, records.sizeBytes() - offset);
        open.publish();
        lastMain = revision.main();
    }

    @Override
    public synchronized void appendFact(Bytes key, Bytes value) {
        facts.add(key, value, records.fact(key, value));
    }

    @Override
    public void endBatch(long appliedIndex, long appliedTerm, long revision) {
        StatePosition next = new StatePosition(appliedIndex, appliedTerm, revision);
        int size = records.sizeBytes();
        records.end(position.index(), next);
        try {
            writeWhenThereIsRoom(next);
        } catch (IOException e) {
            records.truncate(size);
            throw new UncheckedIOException("the value log in " + folder + " cannot be written", e);
        }
        records.clear();
        open.clear();
    }

    /** A full disk stops writing, not reading; the write-ahead log, on the same disk or not, has what is to be written. */
    private void writeWhenThereIsRoom(StatePosition next) throws IOException {
        boolean full = false;
        while (true) {
            try {
                write(next);
                if (full) reserve.writing(false);
                return;
            } catch (IOException e) {
                if (!Room.isWanting(e) || closed) throw e;
                if (!full) reserve.writing(true);
                full = true;
                LockSupport.parkNanos(FULL_RETRY_NANOS);
            }
        }
    }

    private synchronized void write(StatePosition next) throws IOException {
        ByteBuffer batch = records.whole();
        Segment last = segments.active();
        // The last file may be a rewritten one, if a cut took those behind it: its first revision can be far away.
        boolean rolls = !last.hasRoomFor(batch.remaining()) || !last.table().reaches(open);
        if (rolls) roll(batch.remaining(), open.count() > 0 ? open.main(0) : lastMain + 1);
        Segment active = segments.active();
        int base = Math.toIntExact(active.writtenBytes());
        for (int row = 0; row < open.count(); row++) {
            active.table().add(open.main(row), open.sub(row), base + open.offset(row), open.size(row));
        }
        try {
            active.append(batch);
        } catch (IOException e) {
            active.table().rollback();
            throw e;
        }
        facts.settle(active, base);
        position = next;
        reserve.written(rolls ? 0 : base, active);
    }

    private void roll(int batchBytes, long from) throws IOException {
        SegmentName name = SegmentName.at(segments.active().name().last() + 1);
        long capacity = Math.max(options.segmentBytes(), batchBytes + Records.MAGIC_BYTES);
        Path file = folder.resolve(name.file());
        Segment next = capacity == options.segmentBytes() && reserve.take(file)
                ? Segment.adopt(file, name, capacity, options.readMode())
                : Segment.create(file, name, capacity, options.readMode());
        filesChanged.set(true);
        segments.active().table().trim();
        segments = segments.with(next, from);
    }

    @Override
    public synchronized void dead(Revision revision) {
        Segment segment = segments.of(revision.main());
        int row = segment.table().find(revision.main(), revision.sub());
        if (row < 0 || segment.dead().get(row)) return;
        segment.dead().set(row);
        segment.addDeadBytes(segment.table().size(row));
    }

    // ---- any thread

    @Override
    public Bytes read(Revision revision) {
        while (true) {
            Segment segment = segments.of(revision.main());
            int row = segment.table().find(revision.main(), revision.sub());
            if (row < 0) return ofOpenBatch(revision);
            try {
                return segment.keyValue(segment.table().offset(row));
            } catch (InternalError unreadable) {
                // So the JVM tells that the disk cannot give the bytes of a mapping.
                String what = unreadable(segment.file(), unreadable);
                damage.accept(what);
                throw new Invariant.Broken(what);
            } catch (IllegalStateException e) {
                if (e instanceof Invariant.Broken) damage.accept(e.getMessage());
                else if (closed) throw new Closed(e);
                if (e instanceof Invariant.Broken || segments.files().contains(segment)) throw e;
            }
        }
    }

    private Bytes ofOpenBatch(Revision revision) {
        if (Thread.currentThread() != writer) return Bytes.EMPTY;
        int row = open.find(revision.main(), revision.sub());
        return row < 0 ? Bytes.EMPTY : records.body(open.offset(row), Records.REVISION_BYTES);
    }

    @Override
    public void scan(long fromMain, long toMainInclusive, Visitor visitor) {
        LogScan scan = new LogScan(fromMain, toMainInclusive, visitor);
        while (!scan.hasEnded()) {
            Segments now = segments;
            try {
                scan.run(now);
            } catch (ClosedChannelException e) {
                if (closed) throw new Closed(e);
                Invariant.check(now != segments, "only a replaced file is closed under a reader");
            } catch (Invariant.Broken e) {
                damage.accept(e.getMessage());
                throw e;
            } catch (IOException e) {
                damage.accept(unreadable(folder, e));
                throw new UncheckedIOException("the value log in " + folder + " cannot be read", e);
            }
        }
    }

    private static String unreadable(Path what, Throwable cause) {
        return "value log " + what + " cannot be read: " + cause.getMessage() + ". This member must not answer from it";
    }

    @Override
    public long sizeBytes() {
        long bytes = 0;
        for (Segment segment : segments.files()) bytes += segment.writtenBytes();
        return bytes;
    }

    @Override
    public long liveBytes() {
        long bytes = 0;
        for (Segment segment : segments.files()) bytes += segment.writtenBytes() - segment.deadBytes();
        return bytes;
    }

    /** Hears how much room there is, now and at every change; without any, batches wait. */
    public void onRoom(Consumer<Room> listener) {
        reserve.listener(listener);
    }

    /** Hears when {@link #reserve} should be called soon. */
    public void onReserveWanted(Runnable listener) {
        reserve.onWanted(listener);
    }

    /** Sets room aside for the next batches if need be. To be called often; also finds that there is room again. */
    public void reserve() {
        if (!gaveWay) reserve.fill(segments.active(), folder);
    }

    /** Hears where bytes are not what was written, at the first read or scan that meets them. */
    public void onDamage(Consumer<String> listener) {
        damage = listener;
    }

    /** The last whole batch. */
    public StatePosition position() {
        return position;
    }

    /**
     * Syncs everything up to the last whole batch and returns its position. Takes as long as the disk does. After a sync
     * that failed nobody knows what is on the disk: it is never tried again.
     */
    public StatePosition force() throws IOException {
        synchronized (syncing) {
            StatePosition safe = position;
            unlessOneFailed(this::syncFiles);
            return safe;
        }
    }

    /** Makes the names in the folder safe. When it fails, names that {@link #force} would speak for may be lost. */
    void syncNames() throws IOException {
        synchronized (syncing) {
            unlessOneFailed(() -> syncFolder(folder));
        }
    }

    private interface Sync {
        void run() throws IOException;
    }

    private void unlessOneFailed(Sync sync) throws IOException {
        Invariant.check(!syncFailed, "the value log is not synced again after a sync that failed");
        syncFailed = true;
        sync.run();
        syncFailed = false;
    }

    private void syncFiles() throws IOException {
        boolean changed = filesChanged.getAndSet(false);
        for (Segment segment : segments.files()) {
            try {
                segment.force();
            } catch (ClosedChannelException e) {
                Invariant.check(!segments.files().contains(segment), "only a replaced file is closed");
            }
        }
        if (changed) syncFolder(folder);
    }

    /**
     * Rewrites one run of files that are full of garbage. Returns whether there was one. Takes its time. On a full disk
     * the copy takes the room that was set aside for writing: first a spare file, then the rest of the open one.
     */
    public boolean reclaim() throws IOException {
        return reclaim(options.deadShare());
    }

    private boolean reclaim(double deadShare) throws IOException {
        synchronized (reclaiming) {
            if (gaveWay) return false;
            try {
                return new Reclaim(this, options, deadShare, false).run();
            } catch (IOException e) {
                if (gaveWay) return false;
                if (!Room.isWanting(e)) throw e;
                return reclaimWithWhatIsSetAside(deadShare, e);
            }
        }
    }

    private boolean reclaimWithWhatIsSetAside(double deadShare, IOException full) throws IOException {
        reserve.lend();
        try {
            if (!giveUpReserve()) throw full;
            return new Reclaim(this, options, deadShare, true).run();
        } finally {
            reserve.takeBack();
        }
    }

    private synchronized boolean giveUpReserve() throws IOException {
        if (gaveWay) return false;
        boolean spare = reserve.giveUp(folder);
        return spare || segments.active().giveUpReserve();
    }

    /**
     * Gives back nearly all that is garbage now, also in the file that is being written; on a full disk that comes last,
     * for it needs a new file. Takes its time.
     */
    public void reclaimAll() throws IOException {
        boolean roomForAFile = closeActive();
        while (reclaim(HARDLY_WORTH_IT)) {}
        if (roomForAFile) return;
        closeActive();
        while (reclaim(HARDLY_WORTH_IT)) {}
    }

    /** False if a new one does not fit on the disk. */
    private synchronized boolean closeActive() throws IOException {
        Segment active = segments.active();
        if (gaveWay || active.deadBytes() <= active.writtenBytes() * HARDLY_WORTH_IT) return true;
        try {
            roll(0, position.revision() + 1);
        } catch (IOException e) {
            if (!Room.isWanting(e)) throw e;
            return false;
        }
        active.giveUpReserve();
        return true;
    }

    /** After a sync that failed nobody knows what is on the disk. */
    public boolean isBroken() {
        synchronized (syncing) {
            return syncFailed;
        }
    }

    /** Writes one checkpoint that is due, so that a start need not read what it covers. Returns whether there was one. */
    public boolean checkpoint() throws IOException {
        return !gaveWay && new Checkpointing(this, options).run();
    }

    /** Holds the files of the last whole batch until the export is closed. */
    public synchronized StateExport export() {
        readersOfOldFiles++;
        return new StateExport(segments.files(), position, this::released, what -> damage.accept(what));
    }

    synchronized boolean isExported() {
        return readersOfOldFiles > 0;
    }

    private synchronized void released() {
        readersOfOldFiles--;
        dropRetired();
    }

    // ---- for reclaiming

    Path folder() {
        return folder;
    }

    Segments segments() {
        return segments;
    }

    Facts facts() {
        return facts;
    }

    /** Puts a rewritten file in the place of its sources, which {@link #dropRetired} removes. The caller holds the lock. */
    void swap(int first, int count, Segment by) {
        retired.addAll(segments.files().subList(first, first + count));
        segments = segments.replaced(first, count, by);
        filesChanged.set(true);
    }

    /** Nobody needs them, so a disk that cannot remove one ends nothing: the next start finds and removes it. */
    synchronized void dropRetired() {
        while (readersOfOldFiles == 0 && !retired.isEmpty()) {
            Segment segment = retired.removeFirst();
            segment.close();
            try {
                if (!gaveWay) Checkpointing.delete(segment.file());
            } catch (IOException e) {
                LOG.warn("a replaced file stays until the next start: {}", e.toString());
            }
        }
    }

    /**
     * Another state takes this one's place, and its files have the same names: from now on none is touched by its name
     * here. Whoever reads goes on with the open files. A sync, which goes by the folder's name, must not come between the
     * renames: its failure would be that of the disk.
     */
    void giveWay(ByName renames) throws IOException {
        synchronized (syncing) {
            giveWayNow(renames);
        }
    }

    private synchronized void giveWayNow(ByName renames) throws IOException {
        renames.run();
        gaveWay = true;
        damage = what -> {};
        reserve.listener(room -> {});
    }

    /** False, and nothing done, if another state has taken this one's place. */
    synchronized boolean byName(ByName work) throws IOException {
        if (!gaveWay) work.run();
        return !gaveWay;
    }

    /** The folder was renamed with everything in it. */
    synchronized void moved(Path to) {
        folder = to;
        for (Segment segment : segments.files()) segment.moved(to);
    }

    static void syncFolder(Path folder) throws IOException {
        try (FileChannel channel = FileChannel.open(folder, StandardOpenOption.READ)) {
            channel.force(true);
        }
    }

    /** From now on a batch for which there is no room fails instead of waiting. */
    public void stopWaiting() {
        closed = true;
    }

    @Override
    public void close() {
        closed = true;
        closeFiles();
    }

    private synchronized void closeFiles() {
        gaveWay = true;
        for (Segment segment : segments.files()) segment.close();
        for (Segment segment : retired) segment.close();
        // Whoever still exports gives them back later; the next start finds and removes the files.
        retired.clear();
    }
}
