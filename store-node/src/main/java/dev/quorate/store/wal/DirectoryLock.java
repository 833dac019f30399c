package dev.quorate.store.wal;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/** Keeps other processes out of a directory; the system lets go of it when the process ends. */
public final class DirectoryLock implements AutoCloseable {
    /** etcd's tools pass over files that end in .tmp without a warning. */
    private static final String NAME = "lock.tmp";

    private final FileChannel channel;

    private DirectoryLock(FileChannel channel) {
        this.channel = channel;
    }

    public static DirectoryLock take(Path directory) throws IOException {
        Files.createDirectories(directory);
        FileChannel channel =
                FileChannel.open(directory.resolve(NAME), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        try {
            FileLock lock = channel.tryLock();
            if (lock != null) return new DirectoryLock(channel);
        } catch (OverlappingFileLockException inThisProcess) {
            channel.close();
            throw new IOException(directory + " is already open in this process", inThisProcess);
        }
        channel.close();
        throw new IOException(directory + " is in use by another process");
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }
}
