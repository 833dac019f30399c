package dev.quorate.store.disk;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/** A file system of a few megabytes that is really full when it is full. Needs the right to mount. */
public final class SmallDisk implements AutoCloseable {
    private static final int PIECE_BYTES = 64 << 10;

    private final Path root;

    private SmallDisk(Path root) {
        this.root = root;
    }

    /** Mounts a new one on an empty folder; without the right to do so the test is skipped. */
    public static SmallDisk mount(Path folder, int megabytes) throws IOException {
        Files.createDirectories(folder);
        assumeTrue(
                run("mount", "-t", "tmpfs", "-o", "size=" + megabytes + "m", "tmpfs", folder.toString()),
                "cannot mount a tmpfs: run as root to see what a full disk does");
        return new SmallDisk(folder);
    }

    public Path root() {
        return root;
    }

    /** Somebody else's file takes all the room but this much. */
    public void leave(long bytes) throws IOException {
        try (FileChannel file = FileChannel.open(
                root.resolve("ballast"),
                StandardOpenOption.CREATE,
                StandardOpenOption.WRITE,
                StandardOpenOption.APPEND)) {
            while (freeBytes() > bytes) {
                int piece = (int) Math.min(PIECE_BYTES, freeBytes() - bytes);
                file.write(ByteBuffer.allocate(Math.max(piece, 0)));
            }
        } catch (IOException full) {
            // Who else writes may have been quicker.
            if (freeBytes() >= bytes + PIECE_BYTES) throw full;
        }
    }

    /** The other's file is gone. */
    public void makeRoom() throws IOException {
        Files.delete(root.resolve("ballast"));
    }

    public long freeBytes() {
        try {
            return Files.getFileStore(root).getUsableSpace();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() {
        run("umount", "-l", root.toString());
    }

    private static boolean run(String... command) {
        try {
            return new ProcessBuilder(command)
                            .redirectErrorStream(true)
                            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                            .start()
                            .onExit()
                            .join()
                            .exitValue()
                    == 0;
        } catch (IOException missing) {
            return false;
        }
    }
}
