package dev.quorate.store.vlog;

import dev.quorate.store.Bytes;
import dev.quorate.store.node.port.SnapshotStore;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * Takes a {@link StateExport}'s stream, cut anywhere, into a folder beside the present state. What is there of an earlier
 * one that was cut off is told to the sender, who goes on behind it if it is the same.
 */
final class StateImport implements SnapshotStore.Import {
    private static final int PIECE_BYTES = 1 << 20;

    /** Begins the name of an empty file that says at which applied index the state will be. */
    private static final String ANNOUNCED = "announced-";

    private enum Expect {
        COUNT(Integer.BYTES),
        HEAD(StateExport.HEAD_BYTES),
        BYTES(0),
        CHECKSUM(Integer.BYTES),
        NOTHING(0);

        private final int headBytes;

        Expect(int headBytes) {
            this.headBytes = headBytes;
        }
    }

    private final Path folder;
    private final Path whole;

    /** What was there before, with the checksums as they go on. */
    private final Map<String, SnapshotStore.Held> held = new HashMap<>();

    private final Map<String, CRC32C> checksums = new HashMap<>();
    private final Set<String> arrived = new HashSet<>();
    private final ByteBuffer head = ByteBuffer.allocate(StateExport.HEAD_BYTES);
    private CRC32C crc = new CRC32C();
    private Expect expect = Expect.COUNT;
    private int files;
    private long missing;
    private @Nullable FileChannel channel;
    private boolean ended;

    /**
     * @param folder where the files come in
     * @param whole its name once everything is there; must not exist
     * @param index the applied index of the state
     */
    StateImport(Path folder, Path whole, long index) throws IOException {
        this.folder = folder;
        this.whole = whole;
        Files.createDirectories(folder);
        for (Path file : filesIn(folder)) {
            String name = file.getFileName().toString();
            if (SegmentName.parse(name).isEmpty()) Files.delete(file);
            else held.put(name, look(file, name));
        }
        Files.createFile(folder.resolve(ANNOUNCED + index));
    }

    /** At which applied index the state in a folder would be; -1 if that is not known, or if there is no folder. */
    static long announced(Path folder) throws IOException {
        if (!Files.exists(folder)) return -1;
        long index = -1;
        for (Path file : filesIn(folder)) {
            String name = file.getFileName().toString();
            if (name.startsWith(ANNOUNCED)) index = Long.parseLong(name.substring(ANNOUNCED.length()));
        }
        return index;
    }

    private static List<Path> filesIn(Path folder) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.sorted().toList();
        }
    }

    private SnapshotStore.Held look(Path file, String name) throws IOException {
        CRC32C soFar = new CRC32C();
        ByteBuffer piece = ByteBuffer.allocate(PIECE_BYTES);
        long bytes = 0;
        try (FileChannel there = FileChannel.open(file, StandardOpenOption.READ)) {
            while (there.read(piece.clear()) > 0) {
                bytes += piece.position();
                soFar.update(piece.flip());
            }
        }
        checksums.put(name, soFar);
        return new SnapshotStore.Held(name, bytes, (int) soFar.getValue());
    }

    @Override
    public List<SnapshotStore.Held> held() {
        return List.copyOf(held.values());
    }

    @Override
    public synchronized void write(Bytes piece) throws IOException {
        if (ended) throw new IOException("another stream has taken this one's place");
        ByteBuffer bytes = ByteBuffer.wrap(piece.shared());
        while (bytes.hasRemaining()) {
            switch (expect) {
                case COUNT, HEAD, CHECKSUM -> head(bytes);
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
                expect = files == 0 ? Expect.NOTHING : Expect.HEAD;
            }
            case HEAD -> {
                open(new SegmentName(head.getLong(), head.getLong(), head.getLong()).file(), head.getLong());
                expect = missing == 0 ? Expect.CHECKSUM : Expect.BYTES;
            }
            default -> closeFile(head.getInt());
        }
        head.clear();
    }

    /** The length of the file is still to be read from the head. */
    private void open(String name, long from) throws IOException {
        missing = head.getLong() - from;
        if (!arrived.add(name) || missing < 0 || from < 0) throw new IOException("the state is out of order");
        SnapshotStore.Held before = held.get(name);
        if (from > 0 && (before == null || before.bytes() != from))
            throw new IOException("the sender goes on where the receiver never was");
        crc = from == 0 ? new CRC32C() : checksums.getOrDefault(name, new CRC32C());
        FileChannel file = FileChannel.open(folder.resolve(name), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        channel = file;
        file.truncate(from).position(from);
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

    private void closeFile(int checksum) throws IOException {
        FileChannel file = channel;
        if (file == null) throw new IllegalStateException("no file is open");
        if (checksum != (int) crc.getValue()) {
            file.truncate(0);
            throw new IOException("a file of the state arrived damaged");
        }
        channel = null;
        file.force(true);
        file.close();
        expect = arrived.size() == files ? Expect.NOTHING : Expect.HEAD;
    }

    @Override
    public synchronized void finish() throws IOException {
        if (ended || expect != Expect.NOTHING) throw new IOException("the state ended early");
        ended = true;
        for (Path file : filesIn(folder))
            if (!arrived.contains(file.getFileName().toString())) Files.delete(file);
        ValueLogFiles.syncFolder(folder);
        Files.move(folder, whole, StandardCopyOption.ATOMIC_MOVE);
    }

    @Override
    public synchronized void discard() throws IOException {
        if (ended) return;
        close();
        StateFolder.delete(folder);
    }

    /** Nothing touches its folder any more. */
    synchronized boolean hasEnded() {
        return ended;
    }

    @Override
    public synchronized void close() {
        if (ended) return;
        ended = true;
        try {
            FileChannel file = channel;
            channel = null;
            if (file != null) file.close();
        } catch (IOException e) {
            throw new IllegalStateException("close a file in " + folder, e);
        }
    }
}
