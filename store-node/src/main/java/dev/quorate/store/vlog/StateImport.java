package dev.quorate.store.vlog;

import dev.quorate.store.Bytes;
import dev.quorate.store.node.SnapshotStore;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/** Takes a {@link StateExport}'s stream, cut anywhere, into a folder beside the present state. */
final class StateImport implements SnapshotStore.Import {
    private enum Expect {
        COUNT(Integer.BYTES),
        LENGTH(Long.BYTES),
        BYTES(0),
        CHECKSUM(Integer.BYTES),
        NOTHING(0);

        private final int headBytes;

        Expect(int headBytes) {
            this.headBytes = headBytes;
        }
    }

    private final Path folder;
    private final CRC32C crc = new CRC32C();
    private final ByteBuffer head = ByteBuffer.allocate(Long.BYTES);
    private Expect expect = Expect.COUNT;
    private int files;
    private int fileNumber;
    private long missing;
    private @Nullable FileChannel channel;
    private boolean finished;

    /** The folder must not exist. */
    StateImport(Path folder) throws IOException {
        this.folder = folder;
        Files.createDirectories(folder);
    }

    @Override
    public void write(Bytes piece) throws IOException {
        ByteBuffer bytes = ByteBuffer.wrap(piece.shared());
        while (bytes.hasRemaining()) {
            switch (expect) {
                case COUNT, LENGTH, CHECKSUM -> head(bytes);
                case BYTES -> body(bytes);
                case NOTHING -> throw new IOException("the state has more bytes than it announced");
            }
        }
    }

    private void head(ByteBuffer bytes) throws IOException {
        while (bytes.hasRemaining() && head.position() < expect.headBytes) head.put(bytes.get());
        if (head.position() < expect.headBytes) return;
        head.flip();
        switch (expect) {
            case COUNT -> {
                files = head.getInt();
                expect = files == 0 ? Expect.NOTHING : Expect.LENGTH;
            }
            case LENGTH -> {
                missing = head.getLong();
                open();
                expect = missing == 0 ? Expect.CHECKSUM : Expect.BYTES;
            }
            default -> {
                if (head.getInt() != (int) crc.getValue()) throw new IOException("a file of the state arrived damaged");
                closeFile();
                fileNumber++;
                expect = fileNumber == files ? Expect.NOTHING : Expect.LENGTH;
            }
        }
        head.clear();
    }

    private void open() throws IOException {
        crc.reset();
        channel = FileChannel.open(
                folder.resolve(SegmentName.at(fileNumber).file()),
                StandardOpenOption.CREATE_NEW,
                StandardOpenOption.WRITE);
    }

    private void body(ByteBuffer bytes) throws IOException {
        int size = (int) Math.min(bytes.remaining(), missing);
        ByteBuffer part = bytes.slice(bytes.position(), size);
        crc.update(part.duplicate());
        FileChannel file = channel;
        if (file == null) throw new IllegalStateException("no file is open");
        while (part.hasRemaining()) file.write(part);
        bytes.position(bytes.position() + size);
        missing -= size;
        if (missing == 0) expect = Expect.CHECKSUM;
    }

    private void closeFile() throws IOException {
        FileChannel file = channel;
        channel = null;
        if (file == null) return;
        file.force(true);
        file.close();
    }

    @Override
    public void finish() throws IOException {
        if (expect != Expect.NOTHING) throw new IOException("the state ended early");
        ValueLogFiles.syncFolder(folder);
        finished = true;
    }

    @Override
    public void close() {
        try {
            FileChannel file = channel;
            channel = null;
            if (file != null) file.close();
            if (!finished) StateFolder.delete(folder);
        } catch (IOException e) {
            throw new IllegalStateException("remove " + folder, e);
        }
    }
}
