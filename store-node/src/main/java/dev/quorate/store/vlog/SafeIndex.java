package dev.quorate.store.vlog;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.zip.CRC32C;

/**
 * The applied index up to which the log was forced when reclaiming last relied on it, in a file of its own.
 *
 * <p>What a rewritten file left out was garbage because of newer records. A log that ends before those is no earlier state
 * but none at all, also behind the index that the write-ahead log knows as safe: it is damaged.
 */
final class SafeIndex {
    static final String FILE = "safe-index";
    private static final int BYTES = Long.BYTES + Integer.BYTES;

    private SafeIndex() {}

    /** Durable when this returns, unless another state has taken the place of this one. */
    static void write(ValueLogFiles log, long index) throws IOException {
        Path file = log.folder().resolve(FILE);
        Path passing = log.folder().resolve(FILE + "-" + index + ".tmp");
        try {
            persist(passing, index);
            if (log.byName(() -> Files.move(passing, file, StandardCopyOption.ATOMIC_MOVE))) log.syncNames();
        } finally {
            Files.deleteIfExists(passing);
        }
    }

    private static void persist(Path file, long index) throws IOException {
        try (FileChannel channel = FileChannel.open(
                file, StandardOpenOption.CREATE, StandardOpenOption.TRUNCATE_EXISTING, StandardOpenOption.WRITE)) {
            ByteBuffer bytes = ByteBuffer.allocate(BYTES).putLong(index);
            bytes.putInt(checksum(bytes)).flip();
            while (bytes.hasRemaining()) channel.write(bytes);
            channel.force(true);
        }
    }

    /** 0 if reclaiming never relied on anything. */
    static long read(Path folder) throws IOException {
        Path file = folder.resolve(FILE);
        if (!Files.exists(file)) return 0;
        ByteBuffer bytes = ByteBuffer.wrap(Files.readAllBytes(file));
        if (bytes.remaining() != BYTES || bytes.getInt(Long.BYTES) != checksum(bytes))
            throw new DamagedValueLog(file, 0, "the checksum differs");
        return bytes.getLong(0);
    }

    private static int checksum(ByteBuffer bytes) {
        CRC32C crc = new CRC32C();
        crc.update(bytes.duplicate().clear().limit(Long.BYTES));
        return (int) crc.getValue();
    }
}
