package dev.quorate.store.vlog;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Optional;

/**
 * Writes, in the background, the checkpoints of files: for a closed file one that covers it, for the one that is being
 * written a new one after every so many bytes. Only synced bytes are covered, so that a power cut cannot leave a
 * checkpoint of what never reached the disk.
 */
final class Checkpointing {
    /** The file that is being written gets so many before it is full. */
    private static final int SHARE = 4;

    private final ValueLogFiles log;
    private final ValueLogOptions options;

    Checkpointing(ValueLogFiles log, ValueLogOptions options) {
        this.log = log;
        this.options = options;
    }

    /** Writes one that is due. Returns whether there was one. */
    boolean run() throws IOException {
        if (log.segments().files().stream().anyMatch(this::waitsForSync)) log.force();
        for (Segment segment : log.segments().files()) {
            long safe = segment.syncedBytes();
            boolean closed = isClosed(segment) && safe == segment.writtenBytes();
            long fresh = safe - segment.checkpointedBytes();
            if (fresh <= Records.MAGIC_BYTES || (!closed && fresh < options.segmentBytes() / SHARE)) continue;
            write(segment, safe);
            return true;
        }
        return false;
    }

    /** Of a file that this process does not write on nobody else will sync the rest before long. */
    private boolean waitsForSync(Segment segment) {
        return isClosed(segment)
                && segment.isReopened()
                && segment.checkpointedBytes() < segment.writtenBytes()
                && segment.syncedBytes() < segment.writtenBytes();
    }

    private boolean isClosed(Segment segment) {
        return segment != log.segments().active();
    }

    private void write(Segment segment, long safe) throws IOException {
        Path file = file(segment.file());
        Optional<SegmentCheckpoint> known =
                segment.checkpointedBytes() > 0 ? SegmentCheckpoint.read(file) : Optional.empty();
        FileContents contents = known.isPresent() ? FileContents.of(known.get()) : FileContents.ofAnyFile();
        contents.read(segment.channel(), safe, options.reclaimBytesPerSecond());
        if (contents.end() != safe)
            throw new DamagedValueLog(segment.file(), contents.end(), "a record is not what was written");
        Path passing = file.resolveSibling(file.getFileName() + ".tmp");
        contents.checkpoint().write(passing);
        if (log.byName(() -> Files.move(passing, file, StandardCopyOption.ATOMIC_MOVE))) segment.checkpointed(safe);
        else Files.deleteIfExists(passing);
    }

    /** The checkpoint of a segment file. */
    static Path file(Path segment) {
        return segment.resolveSibling(segment.getFileName() + ".checkpoint");
    }

    /** A file and what belongs to it; the checkpoint first, so that it never outlives what it speaks of. */
    static void delete(Path segment) throws IOException {
        Files.deleteIfExists(file(segment));
        Files.deleteIfExists(segment);
    }
}
