package dev.quorate.store.datadir;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;

/**
 * The newest epoch of which a directory was told that it is no part. In a file of its own, because it also holds for a
 * directory without an identity; a recovery to a later epoch leaves it behind without having to remove it.
 */
public final class Fence {
    private static final String FILE = "fence.json";

    private Fence() {}

    /** 0: never fenced. */
    public static long read(Path dataDir) throws IOException {
        Path file = dataDir.resolve(FILE);
        Optional<Map<?, ?>> json = SealedJson.read(file);
        if (json.isEmpty()) return 0;
        if (json.get().get("epoch") instanceof Long epoch) return epoch;
        throw SealedJson.damaged(file, "no epoch");
    }

    public static void write(Path dataDir, long epoch) throws IOException {
        SealedJson.replace(dataDir.resolve(FILE), "\"epoch\":" + epoch);
    }
}
