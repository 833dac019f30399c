package dev.quorate.store.datadir;

import dev.quorate.store.codec.Json;
import dev.quorate.store.node.NodeStatus.NodeIdentity;
import dev.quorate.store.node.port.LeaderCall.ListedMember;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Whose data a directory holds; a directory belongs to one member for ever.
 *
 * @param peers who was there when this member joined: whom to talk to before the log has told
 */
public record Identity(long clusterId, long memberId, String name, Origin origin, Era era, List<ListedMember> peers) {
    private static final String FILE = "identity.json";
    private static final String PENDING = "identity.pending.json";

    /**
     * Where the data comes from.
     *
     * @param dataNonce drawn when the directory was first used: two disks never have the same
     * @param bootstrapToken of the call that gave birth to the cluster here; empty elsewhere
     */
    public record Origin(String dataNonce, String bootstrapToken) {}

    /**
     * Which life of the cluster this is. Every recovery begins a new one; members of an older one have no part in it.
     *
     * @param next the epoch of a recovery that was begun and must be ended before anything else; 0: none
     * @param recovered the epoch to which this member was recovered; 0: it never was
     */
    public record Era(long epoch, long next, long recovered) {
        public static final Era FIRST = of(1);

        public static Era of(long epoch) {
            return new Era(epoch, 0, 0);
        }
    }

    public long epoch() {
        return era.epoch();
    }

    public NodeIdentity of(String process) {
        return new NodeIdentity(clusterId, memberId, process, era.epoch());
    }

    public boolean isRecovering() {
        return era.next() != 0;
    }

    public Identity recovering(long next) {
        return in(new Era(era.epoch(), next, era.recovered()));
    }

    /** The recovery is over. Whom it left behind must not be talked to. */
    public Identity recovered() {
        return new Identity(clusterId, memberId, name, origin, new Era(era.next(), 0, era.next()), List.of());
    }

    public Identity notRecovered() {
        return in(new Era(era.epoch(), 0, era.recovered()));
    }

    private Identity in(Era other) {
        return new Identity(clusterId, memberId, name, origin, other, peers);
    }

    public static Optional<Identity> read(Path dataDir) throws IOException {
        Path file = dataDir.resolve(FILE);
        Optional<Map<?, ?>> read = SealedJson.read(file);
        if (read.isEmpty()) return Optional.empty();
        Map<?, ?> json = read.get();
        try {
            List<ListedMember> peers = new ArrayList<>();
            for (Object peer : (List<?>) field(json, "peers")) peers.add(peer((Map<?, ?>) peer));
            return Optional.of(new Identity(
                    id(json, "clusterId"),
                    id(json, "memberId"),
                    (String) field(json, "name"),
                    new Origin((String) field(json, "dataNonce"), (String) field(json, "bootstrapToken")),
                    new Era((Long) field(json, "epoch"), number(json, "nextEpoch"), number(json, "recoveredEpoch")),
                    List.copyOf(peers)));
        } catch (RuntimeException damaged) {
            throw SealedJson.damaged(file, damaged);
        }
    }

    private static Object field(Map<?, ?> json, String name) {
        Object value = json.get(name);
        if (value == null) throw new IllegalArgumentException(name + " is missing");
        return value;
    }

    /** Not in the files of before there were recoveries. */
    private static long number(Map<?, ?> json, String name) {
        return json.get(name) instanceof Long value ? value : 0;
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

    public void write(Path dataDir) throws IOException {
        List<String> listed = new ArrayList<>();
        for (ListedMember peer : peers) {
            listed.add("{\"id\":\"" + Long.toUnsignedString(peer.id(), 16) + "\",\"name\":" + Json.quote(peer.name())
                    + ",\"peerUrls\":" + Json.quote(peer.peerUrls()) + ",\"learner\":" + peer.learner() + "}");
        }
        String fields = "\"clusterId\":\"" + Long.toUnsignedString(clusterId, 16) + "\",\"memberId\":\""
                + Long.toUnsignedString(memberId, 16) + "\",\"name\":" + Json.quote(name) + ",\"dataNonce\":"
                + Json.quote(origin.dataNonce()) + ",\"bootstrapToken\":" + Json.quote(origin.bootstrapToken())
                + ",\"epoch\":" + era.epoch() + ",\"nextEpoch\":" + era.next() + ",\"recoveredEpoch\":"
                + era.recovered() + ",\"peers\":[" + String.join(",", listed) + "]";
        SealedJson.replace(dataDir.resolve(FILE), fields);
        Files.deleteIfExists(dataDir.resolve(PENDING));
    }

    /** The nonce of a directory whose member has not started yet: the same at every try. */
    static String pendingNonce(Path dataDir, String fresh) throws IOException {
        Path file = dataDir.resolve(PENDING);
        Optional<Map<?, ?>> pending = SealedJson.read(file);
        if (pending.isPresent()) {
            try {
                return (String) field(pending.get(), "dataNonce");
            } catch (RuntimeException damaged) {
                throw SealedJson.damaged(file, damaged);
            }
        }
        SealedJson.replace(file, "\"dataNonce\":" + Json.quote(fresh));
        return fresh;
    }
}
