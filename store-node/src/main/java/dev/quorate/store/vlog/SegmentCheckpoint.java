package dev.quorate.store.vlog;

import dev.quorate.store.Bytes;
import dev.quorate.store.node.port.StatePosition;
import dev.quorate.store.vlog.FileContents.FactAt;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.zip.CRC32C;

/**
 * What a start needs to know of the first bytes of a segment file, so that it need not read them. It stands beside its
 * file, may be missing or be removed at any time, and counts only if it is whole.
 *
 * <pre>
 * [magic] [end] [previous index] [applied index] [applied term] [revision]
 * [rows] [fact count] ([offset] [key length] [key] [value length] [value])* [run length] [run] [crc32c of all before]
 * </pre>
 *
 * @param end so many bytes of the file are covered; they were synced before this was written
 * @param previousIndex the applied index after which the file continues
 * @param position that of the last batch before the end
 */
record SegmentCheckpoint(
        long end, long previousIndex, StatePosition position, RevisionTable rows, List<FactAt> facts, KeyRun versions) {
    private static final long MAGIC = 0x51564c4f47434b02L;
    private static final int NUMBERS_BYTES = 6 * Long.BYTES;

    static SegmentCheckpoint nothing(StatePosition position) {
        return new SegmentCheckpoint(
                Records.MAGIC_BYTES, position.index(), position, new RevisionTable(), List.of(), KeyRun.EMPTY);
    }

    /** Under a passing name: a half-written one never has the right name. */
    void write(Path passing) throws IOException {
        try (FileChannel channel = FileChannel.open(
                passing, StandardOpenOption.CREATE, StandardOpenOption.TRUNCATE_EXISTING, StandardOpenOption.WRITE)) {
            ByteBuffer bytes = encoded();
            while (bytes.hasRemaining()) channel.write(bytes);
        } catch (IOException | RuntimeException e) {
            Files.deleteIfExists(passing);
            throw e;
        }
    }

    private ByteBuffer encoded() {
        long size = NUMBERS_BYTES + rows.encodedBytes() + 2L * Integer.BYTES + versions.packed().length;
        for (FactAt fact : facts)
            size += 3 * Integer.BYTES + fact.key().size() + fact.value().size();
        ByteBuffer out = ByteBuffer.allocate(Math.toIntExact(size + Integer.BYTES));
        out.putLong(MAGIC).putLong(end).putLong(previousIndex);
        out.putLong(position.index()).putLong(position.term()).putLong(position.revision());
        rows.encode(out);
        out.putInt(facts.size());
        for (FactAt fact : facts) {
            out.putInt(fact.offset());
            put(out, fact.key().shared());
            put(out, fact.value().shared());
        }
        put(out, versions.packed());
        out.putInt(checksum(out));
        return out.flip();
    }

    private static int checksum(ByteBuffer bytes) {
        CRC32C crc = new CRC32C();
        crc.update(bytes.slice(0, bytes.position()));
        return (int) crc.getValue();
    }

    /** Empty if there is none, or none that is whole. */
    static Optional<SegmentCheckpoint> read(Path file) throws IOException {
        if (!Files.exists(file)) return Optional.empty();
        ByteBuffer in = ByteBuffer.wrap(Files.readAllBytes(file));
        if (in.remaining() < NUMBERS_BYTES || in.getLong(0) != MAGIC) return Optional.empty();
        in.position(in.limit() - Integer.BYTES);
        if (checksum(in) != in.getInt(in.position())) return Optional.empty();
        in.position(Long.BYTES);
        return Optional.of(decoded(in));
    }

    private static SegmentCheckpoint decoded(ByteBuffer in) {
        long end = in.getLong();
        long previousIndex = in.getLong();
        StatePosition position = new StatePosition(in.getLong(), in.getLong(), in.getLong());
        RevisionTable rows = RevisionTable.decode(in);
        int factCount = in.getInt();
        List<FactAt> facts = new ArrayList<>(factCount);
        for (int i = 0; i < factCount; i++) {
            int offset = in.getInt();
            Bytes key = Bytes.wrap(bytes(in));
            facts.add(new FactAt(key, Bytes.wrap(bytes(in)), offset));
        }
        return new SegmentCheckpoint(end, previousIndex, position, rows, facts, new KeyRun(bytes(in)));
    }

    private static void put(ByteBuffer out, byte[] bytes) {
        out.putInt(bytes.length).put(bytes);
    }

    private static byte[] bytes(ByteBuffer in) {
        byte[] bytes = new byte[in.getInt()];
        in.get(bytes);
        return bytes;
    }
}
