package dev.quorate.store.wal;

import dev.quorate.store.disk.Kernel;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Executor;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * Prepares the next segment while the present one is written: zeros on the disk, so that a sync of the log never has to
 * allocate blocks or change the file's length, and a full disk shows half a segment before it hurts. It is not begun where
 * it cannot be finished: on a full disk the last bytes are worth more to those who make room.
 *
 * <p>A released segment is used again. It is zeroed all the same: bytes of its former life behind the tail would look
 * like damage to every reader.
 */
final class SegmentSupply {
    private static final int PIECE_BYTES = 1 << 20;
    private static final long PAUSE_NANOS = 2_000_000;
    private static final String NEXT = "0.tmp";
    private static final String SPARE = "1.tmp";

    private final Path directory;
    private final long segmentBytes;
    private final boolean fsync;
    private final Executor executor;
    private final Space space;
    private @Nullable CompletableFuture<FileChannel> next;
    private volatile boolean urgent;
    private volatile boolean closed;

    SegmentSupply(Path directory, WalOptions options, Space space) {
        this.directory = directory;
        this.segmentBytes = options.segmentBytes();
        this.fsync = options.fsync();
        this.executor = options.supply();
        this.space = space;
    }

    /** Begins to prepare a segment unless that was done before. */
    void prepare() {
        if (next != null) return;
        CompletableFuture<FileChannel> result = new CompletableFuture<>();
        next = result;
        executor.execute(() -> {
            try {
                space.insistOnSupply(() -> result.complete(zeroed()));
            } catch (IOException | RuntimeException | Error e) {
                result.completeExceptionally(e);
            }
        });
    }

    /** The prepared segment, still under its temporary name {@link #temporary}; waits for it. */
    FileChannel take() throws IOException {
        urgent = true;
        prepare();
        CompletableFuture<FileChannel> ready = next;
        if (ready == null) throw new IllegalStateException("nothing is being prepared");
        try {
            return space.await(ready);
        } catch (CompletionException e) {
            throw new IOException("the next log segment cannot be prepared: " + e.getCause(), e);
        } finally {
            next = null;
            urgent = false;
        }
    }

    Path temporary() {
        return directory.resolve(NEXT);
    }

    /** Keeps the file of a segment that is no longer needed, or deletes it when there is one already. */
    void recycle(Path segment) throws IOException {
        Path spare = directory.resolve(SPARE);
        boolean usual = Files.size(segment) == segmentBytes;
        if (usual && !Files.exists(spare)) Files.move(segment, spare, StandardCopyOption.ATOMIC_MOVE);
        else Files.delete(segment);
    }

    private FileChannel zeroed() throws IOException {
        Path file = temporary();
        Path spare = directory.resolve(SPARE);
        if (Files.exists(spare)) {
            Files.move(spare, file, StandardCopyOption.REPLACE_EXISTING);
            // Or a power cut could bring its former name back, with zeros under it.
            if (fsync) Directories.sync(directory);
        }
        FileChannel channel =
                FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE, StandardOpenOption.READ);
        boolean done = false;
        try {
            setAside(file, channel.size());
            fill(channel, 0);
            done = true;
            return channel;
        } finally {
            if (!done) channel.close();
        }
    }

    /** Before the first zero, which takes its time: a full disk must show while half a segment is left. */
    private void setAside(Path file, long bytes) throws IOException {
        if (Files.getFileStore(directory).getUsableSpace() < segmentBytes - bytes)
            throw new IOException(directory + ": no space left for the next log segment");
        try {
            Kernel.reserve(file, segmentBytes);
        } catch (IOException full) {
            // Somebody else was quicker; what was reserved of it is worth more to those who make room.
            Files.delete(file);
            throw full;
        }
    }

    /** Zeros from a position to the end of the segment while somebody waits for it. */
    void fillAtOnce(FileChannel channel, long from) throws IOException {
        urgent = true;
        fill(channel, from);
        urgent = false;
    }

    /** Zeros, really written, in pieces that leave the disk to others unless somebody waits. */
    private void fill(FileChannel channel, long from) throws IOException {
        ByteBuffer zeros = ByteBuffer.allocateDirect((int) Math.min(PIECE_BYTES, segmentBytes));
        if (channel.size() > segmentBytes) channel.truncate(Math.max(from, segmentBytes));
        long at = from;
        while (at < segmentBytes) {
            zeros.clear().limit((int) Math.min(PIECE_BYTES - at % PIECE_BYTES, segmentBytes - at));
            while (zeros.hasRemaining()) at += channel.write(zeros, at);
            if (closed) throw new IOException("the log is being closed");
            if (urgent || at == segmentBytes) continue;
            if (fsync) channel.force(false);
            LockSupport.parkNanos(PAUSE_NANOS);
        }
        if (fsync) channel.force(true);
    }

    /** Waits for what is under way: the next one to open this log prepares the same file. */
    void close() throws IOException {
        closed = true;
        CompletableFuture<FileChannel> ready = next;
        if (ready == null) return;
        try {
            ready.join().close();
        } catch (CompletionException stopped) {
            next = null;
        }
    }
}
