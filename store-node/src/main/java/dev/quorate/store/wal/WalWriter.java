package dev.quorate.store.wal;

import dev.quorate.store.Invariant;
import dev.quorate.store.raft.Entry;
import dev.quorate.store.raft.HardState;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;

/** Writes records to the last segment and begins a new one when it is full. One thread. */
final class WalWriter implements AutoCloseable {
    private static final int BUFFER_BYTES = 1 << 20;

    private final Path directory;
    private final WalMetadata metadata;
    private final WalOptions options;
    private final Space space;
    private final SegmentSupply supply;
    private final RecordWriter records;
    private final Deque<SegmentName> segments = new ArrayDeque<>();
    private FileChannel channel;

    /** Where the next byte goes. */
    private long position;

    private HardState hardState;
    private long lastIndex;
    private Mark mark;
    private long markSequence;
    private boolean unsynced;

    private WalWriter(Path directory, WalOptions options, Space space, Recovered recovered, WalReader.Tail tail)
            throws IOException {
        this.directory = directory;
        this.options = options;
        this.space = space;
        this.records = new RecordWriter((int) Math.min(BUFFER_BYTES, options.segmentBytes()), this::write);
        this.metadata = recovered.metadata();
        this.supply = new SegmentSupply(directory, options, space);
        this.segments.addAll(tail.segments());
        this.hardState = recovered.hardState();
        this.lastIndex = recovered.base().index() + recovered.entries().size();
        this.mark = recovered.mark();
        this.markSequence = tail.markSequence();
        this.position = tail.position();
        this.channel = open(segments.getLast());
        records.resume(tail.crc());
    }

    /** Goes on where a reader stopped; what is behind the last good record is overwritten by zeros first. */
    static WalWriter resume(Path directory, WalOptions options, Space space, Recovered recovered, WalReader.Tail tail)
            throws IOException {
        if (tail.unborn().isPresent()) {
            Files.delete(directory.resolve(tail.unborn().get().fileName()));
            Directories.sync(directory);
        }
        WalWriter writer = new WalWriter(directory, options, space, recovered, tail);
        writer.clearTail();
        writer.syncFound();
        return writer;
    }

    /** Makes the first segment of a new log. */
    static void create(Path directory, WalMetadata metadata, WalOptions options) throws IOException {
        Directories.create(directory);
        SegmentSupply supply = new SegmentSupply(directory, options, new Space());
        try (FileChannel channel = supply.take()) {
            RecordWriter records = new RecordWriter(4096, bytes -> writeAll(channel, bytes, 0));
            records.crc();
            records.metadata(metadata);
            records.mark(Mark.NONE);
            records.flush();
            if (options.fsync()) channel.force(true);
        }
        Path file = directory.resolve(new SegmentName(0, 0).fileName());
        Files.move(supply.temporary(), file, StandardCopyOption.ATOMIC_MOVE);
        Directories.sync(directory);
    }

    /** Entries first: a commit never stands before what it commits. Returns whether a sync is needed. */
    boolean append(Optional<HardState> newState, Iterable<Entry> entries) throws IOException {
        boolean needed = false;
        for (Entry entry : entries) {
            roomFor(entry.data().size() + (long) RecordWriter.MAX_OVERHEAD);
            records.entry(entry);
            lastIndex = entry.index();
            needed = true;
        }
        // Also when only the commit index is new: raft has it written alone when somebody waits for it to be durable.
        if (newState.isPresent()) {
            state(newState.get());
            needed = true;
        }
        unsynced |= needed;
        return needed;
    }

    void mark(Mark next) throws IOException {
        if (next.id().index() <= mark.id().index()) return;
        Invariant.check(
                next.id().index() <= lastIndex,
                "a mark follows its entry",
                next.id().index(),
                lastIndex);
        raiseCommit(next.id().index());
        roomFor(markSize(next));
        records.mark(next);
        mark = next;
        markSequence = segments.getLast().sequence();
        unsynced = true;
    }

    /** All that was written is forgotten: a new segment begins with the mark. */
    void install(Optional<HardState> newState, Mark base) throws IOException {
        sync();
        newState.ifPresent(next -> hardState = next);
        if (hardState.commit() < base.id().index())
            hardState =
                    new HardState(hardState.term(), hardState.vote(), base.id().index());
        mark = base;
        lastIndex = base.id().index();
        begin(new SegmentName(segments.getLast().sequence() + 1, lastIndex), true);
        markSequence = segments.getLast().sequence();
        while (segments.size() > 1) drop();
        syncDirectory();
    }

    /** Everything written so far survives a power cut when this returns. */
    void sync() throws IOException {
        records.flush();
        if (!unsynced || !options.fsync()) return;
        long start = System.nanoTime();
        channel.force(false);
        options.syncNanos().accept(System.nanoTime() - start);
        unsynced = false;
    }

    void flush() throws IOException {
        records.flush();
    }

    /** Lets segments go that hold only entries up to the index, lie before the newest mark and are not the last one. */
    void release(long upToIndex) throws IOException {
        long bound = Math.min(upToIndex, mark.id().index());
        boolean dropped = false;
        while (segments.size() > 1 && segments.getFirst().sequence() < markSequence) {
            SegmentName first = segments.removeFirst();
            SegmentName second = segments.getFirst();
            segments.addFirst(first);
            if (second.index() > bound) break;
            drop();
            dropped = true;
        }
        if (dropped) syncDirectory();
    }

    int segmentCount() {
        return segments.size();
    }

    @Override
    public void close() throws IOException {
        supply.close();
        channel.close();
    }

    private void state(HardState next) throws IOException {
        roomFor(RecordWriter.MAX_OVERHEAD);
        records.state(next);
        hardState = next;
    }

    private void raiseCommit(long index) throws IOException {
        if (hardState.commit() < index) state(new HardState(hardState.term(), hardState.vote(), index));
    }

    private static long markSize(Mark mark) {
        return RecordWriter.MAX_OVERHEAD + 11L * mark.membership().members().size() * 2;
    }

    private void roomFor(long bytes) throws IOException {
        long used = position + records.buffered();
        if (used > options.segmentBytes() / 2) supply.prepare();
        boolean empty = used < 4 * RecordWriter.MAX_OVERHEAD;
        if (used + bytes <= options.segmentBytes() || empty) return;
        unsynced = true;
        sync();
        begin(new SegmentName(segments.getLast().sequence() + 1, lastIndex + 1), false);
    }

    /** The segment counts from the moment it has its name, so its head is on the disk before. */
    private void begin(SegmentName name, boolean anew) throws IOException {
        FileChannel fresh = supply.take();
        FileChannel old = channel;
        channel = fresh;
        position = 0;
        records.resume(records.crcValue());
        records.crc();
        records.metadata(metadata);
        if (anew) records.mark(mark);
        if (!hardState.equals(HardState.NONE)) records.state(hardState);
        records.flush();
        if (options.fsync()) fresh.force(true);
        Files.move(supply.temporary(), directory.resolve(name.fileName()), StandardCopyOption.ATOMIC_MOVE);
        syncDirectory();
        old.close();
        segments.addLast(name);
    }

    private void syncDirectory() throws IOException {
        if (options.fsync()) Directories.sync(directory);
    }

    private void drop() throws IOException {
        supply.recycle(directory.resolve(segments.removeFirst().fileName()));
    }

    private FileChannel open(SegmentName name) throws IOException {
        return FileChannel.open(directory.resolve(name.fileName()), StandardOpenOption.READ, StandardOpenOption.WRITE);
    }

    private void clearTail() throws IOException {
        if (!isClean()) supply.fillAtOnce(channel, position);
    }

    /** Whoever wrote it may have been killed before its sync, and from now on this member answers for what was read. */
    private void syncFound() throws IOException {
        if (!options.fsync()) return;
        channel.force(false);
        Directories.sync(directory);
    }

    private boolean isClean() throws IOException {
        if (channel.size() < options.segmentBytes()) return false;
        ByteBuffer piece = ByteBuffer.allocate((int) Math.min(BUFFER_BYTES, options.segmentBytes()));
        for (long at = position; at < channel.size(); at += piece.limit()) {
            piece.clear();
            while (piece.hasRemaining() && at + piece.position() < channel.size())
                channel.read(piece, at + piece.position());
            piece.flip();
            if (piece.mismatch(ByteBuffer.allocate(piece.limit())) >= 0) return false;
        }
        return true;
    }

    private void write(ByteBuffer bytes) throws IOException {
        space.insistOnWrite(() -> {
            while (bytes.hasRemaining()) position += channel.write(bytes, position);
        });
    }

    private static void writeAll(FileChannel channel, ByteBuffer bytes, long from) throws IOException {
        long at = from;
        while (bytes.hasRemaining()) at += channel.write(bytes, at);
    }
}
