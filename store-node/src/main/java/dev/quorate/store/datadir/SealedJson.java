package dev.quorate.store.datadir;

import dev.quorate.store.codec.Json;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.HexFormat;
import java.util.Map;
import java.util.Optional;
import java.util.zip.CRC32C;

/**
 * A small file that nothing could rebuild: one JSON object, replaced as a whole, whose last field is the CRC-32C of the
 * bytes before that field. A flipped bit would otherwise be another member's id or an older epoch.
 */
final class SealedJson {
    private static final int SEAL = seal(new byte[0], 0).length();

    private SealedJson() {}

    static Optional<Map<?, ?>> read(Path file) throws IOException {
        if (!Files.exists(file)) return Optional.empty();
        byte[] bytes = Files.readAllBytes(file);
        try {
            if (!isOfBeforeSeals(bytes) && !isWhole(bytes)) throw damaged(file, "its checksum does not fit");
            return Optional.of((Map<?, ?>) Json.read(new String(bytes, StandardCharsets.UTF_8)));
        } catch (RuntimeException malformed) {
            throw damaged(file, malformed);
        }
    }

    static IOException damaged(Path file, RuntimeException cause) {
        IOException damaged = damaged(file, String.valueOf(cause.getMessage()));
        damaged.initCause(cause);
        return damaged;
    }

    static IOException damaged(Path file, String why) {
        return new IOException(file + " is damaged: " + why + ": restore the file; if there is no copy and the other"
                + " members have a quorum, remove this member and add it again with an empty directory");
    }

    /** Identity and fence ended in a list or a number then; what is sealed ends in a text. */
    private static boolean isOfBeforeSeals(byte[] bytes) {
        int end = bytes.length - 2;
        return end > 0 && bytes[end - 1] != '"' && bytes[end] == '}' && bytes[end + 1] == '\n';
    }

    private static boolean isWhole(byte[] bytes) {
        int sealed = bytes.length - SEAL;
        return sealed > 0 && new String(bytes, sealed, SEAL, StandardCharsets.ISO_8859_1).equals(seal(bytes, sealed));
    }

    private static String seal(byte[] bytes, int length) {
        CRC32C crc = new CRC32C();
        crc.update(bytes, 0, length);
        return ",\"crc32c\":\"" + HexFormat.of().toHexDigits((int) crc.getValue()) + "\"}\n";
    }

    /** @param fields of the object, without its braces */
    static void replace(Path file, String fields) throws IOException {
        byte[] open = ("{" + fields).getBytes(StandardCharsets.UTF_8);
        byte[] seal = seal(open, open.length).getBytes(StandardCharsets.ISO_8859_1);
        ByteBuffer whole = ByteBuffer.allocate(open.length + seal.length)
                .put(open)
                .put(seal)
                .flip();

        Path temporary = file.resolveSibling(file.getFileName() + ".tmp");
        try (FileChannel channel = FileChannel.open(
                temporary, StandardOpenOption.CREATE, StandardOpenOption.WRITE, StandardOpenOption.TRUNCATE_EXISTING)) {
            while (whole.hasRemaining()) channel.write(whole);
            channel.force(true);
        }
        Files.move(temporary, file, StandardCopyOption.ATOMIC_MOVE);
        try (FileChannel folder = FileChannel.open(file.resolveSibling("."), StandardOpenOption.READ)) {
            folder.force(true);
        }
    }
}
