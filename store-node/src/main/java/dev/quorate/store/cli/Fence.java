package dev.quorate.store.cli;

import dev.quorate.store.codec.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

/**
 * The newest epoch of which a directory was told that it is no part. In a file of its own, because it also holds for a
 * directory without an identity; a recovery to a later epoch leaves it behind without having to remove it.
 */
final class Fence {
    private static final String FILE = "fence.json";

    private Fence() {}

    /** 0: never fenced. */
    static long read(Path dataDir) throws IOException {
        Path file = dataDir.resolve(FILE);
        if (!Files.exists(file)) return 0;
        try {
            if (((Map<?, ?>) Json.read(Files.readString(file))).get("epoch") instanceof Long epoch) return epoch;
            throw new IOException(file + " is damaged: no epoch");
        } catch (RuntimeException damaged) {
            throw new IOException(file + " is damaged: " + damaged.getMessage(), damaged);
        }
    }

    static void write(Path dataDir, long epoch) throws IOException {
        Identity.replace(dataDir, FILE, "{\"epoch\":" + epoch + "}\n");
    }
}
