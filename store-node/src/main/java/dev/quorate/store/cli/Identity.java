package dev.quorate.store.cli;

import dev.quorate.store.codec.Json;
import dev.quorate.store.node.port.LeaderCall.ListedMember;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Whose data a directory holds; a directory belongs to one member for ever.
 *
 * @param peers who was there when this member joined: whom to talk to before the log has told
 */
record Identity(long clusterId, long memberId, String name, Origin origin, long epoch, List<ListedMember> peers) {
    private static final String FILE = "identity.json";
    private static final String PENDING = "identity.pending.json";

    /**
     * Where the data comes from.
     *
     * @param dataNonce drawn when the directory was first used: two disks never have the same
     * @param bootstrapToken of the call that gave birth to the cluster here; empty elsewhere
     */
    record Origin(String dataNonce, String bootstrapToken) {}

    static Optional<Identity> read(Path dataDir) throws IOException {
        Path file = dataDir.resolve(FILE);
        if (!Files.exists(file)) return Optional.empty();
        try {
            Map<?, ?> json = (Map<?, ?>) Json.read(Files.readString(file));
            List<ListedMember> peers = new ArrayList<>();
            for (Object peer : (List<?>) field(json, "peers")) peers.add(peer((Map<?, ?>) peer));
            return Optional.of(new Identity(
                    id(json, "clusterId"),
                    id(json, "memberId"),
                    (String) field(json, "name"),
                    new Origin((String) field(json, "dataNonce"), (String) field(json, "bootstrapToken")),
                    (Long) field(json, "epoch"),
                    List.copyOf(peers)));
        } catch (RuntimeException damaged) {
            throw new IOException(file + " is damaged: " + damaged.getMessage(), damaged);
        }
    }

    private static Object field(Map<?, ?> json, String name) {
        Object value = json.get(name);
        if (value == null) throw new IllegalArgumentException(name + " is missing");
        return value;
    }

    private static long id(Map<?, ?> json, String name) {
        return Long.parseUnsignedLong((String) field(json, name), 16);
    }

    private static ListedMember peer(Map<?, ?> json) {
        return new ListedMember(
                id(json, "id"),
                (String) field(json, "name"),
                ((List<?>) field(json, "peerUrls"))
                        .stream().map(String::valueOf).toList(),
                (Boolean) field(json, "learner"));
    }

    void write(Path dataDir) throws IOException {
        List<String> listed = new ArrayList<>();
        for (ListedMember peer : peers) {
            listed.add("{\"id\":\"" + Long.toUnsignedString(peer.id(), 16) + "\",\"name\":" + Json.quote(peer.name())
                    + ",\"peerUrls\":" + Json.quote(peer.peerUrls()) + ",\"learner\":" + peer.learner() + "}");
        }
        String json = "{\"clusterId\":\"" + Long.toUnsignedString(clusterId, 16) + "\",\"memberId\":\""
                + Long.toUnsignedString(memberId, 16) + "\",\"name\":" + Json.quote(name) + ",\"dataNonce\":"
                + Json.quote(origin.dataNonce()) + ",\"bootstrapToken\":" + Json.quote(origin.bootstrapToken())
                + ",\"epoch\":" + epoch + ",\"peers\":[" + String.join(",", listed) + "]}\n";
        replace(dataDir, FILE, json);
        Files.deleteIfExists(dataDir.resolve(PENDING));
    }

    /** The nonce of a directory whose member has not started yet: the same at every try. */
    static String pendingNonce(Path dataDir, String fresh) throws IOException {
        Path file = dataDir.resolve(PENDING);
        if (Files.exists(file)) {
            try {
                return (String) field((Map<?, ?>) Json.read(Files.readString(file)), "dataNonce");
            } catch (RuntimeException damaged) {
                throw new IOException(file + " is damaged: " + damaged.getMessage(), damaged);
            }
        }
        replace(dataDir, PENDING, "{\"dataNonce\":" + Json.quote(fresh) + "}\n");
        return fresh;
    }

    private static void replace(Path dataDir, String name, String content) throws IOException {
        Path temporary = dataDir.resolve(name + ".tmp");
        try (FileChannel file = FileChannel.open(
                temporary, StandardOpenOption.CREATE, StandardOpenOption.WRITE, StandardOpenOption.TRUNCATE_EXISTING)) {
            file.write(ByteBuffer.wrap(content.getBytes(StandardCharsets.UTF_8)));
            file.force(true);
        }
        Files.move(temporary, dataDir.resolve(name), StandardCopyOption.ATOMIC_MOVE);
        try (FileChannel folder = FileChannel.open(dataDir, StandardOpenOption.READ)) {
            folder.force(true);
        }
    }
}
