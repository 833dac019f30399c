package dev.quorate.store.datadir;

import dev.quorate.store.codec.ChangeCodec;
import dev.quorate.store.codec.MemberIds;
import dev.quorate.store.node.NodeConfig;
import dev.quorate.store.node.port.LeaderCall.ListedMember;
import dev.quorate.store.raft.HardState;
import dev.quorate.store.state.Member;
import dev.quorate.store.vlog.StateFolder;
import dev.quorate.store.wal.Recovered;
import dev.quorate.store.wal.Wal;
import dev.quorate.store.wal.WalMetadata;
import java.io.IOException;
import java.security.SecureRandom;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * How a directory becomes a member's: the log with its first entries is made safe first, the identity written last. A
 * crash between them leaves a log that never took part, and the next start begins again.
 */
public final class Births {
    private static final long FIRST_TERM = 1;

    private final NodeConfig config;
    private final Folders folders;

    public Births(NodeConfig config, Folders folders) {
        this.config = config;
        this.folders = folders;
    }

    /** Who this directory belongs to, if anybody. */
    public Optional<Identity> present() throws IOException {
        Optional<Identity> identity = known();
        if (identity.isEmpty()) removeNeverStarted();
        return identity;
    }

    /** The same, and nothing that was cut off is removed. */
    Optional<Identity> known() throws IOException {
        Optional<Identity> identity = Identity.read(folders.data());
        if (identity.isPresent()) Restoration.isOver(folders);
        return identity;
    }

    /** Only what a birth leaves that was cut off: anything else may be all that is left of a member. */
    private void removeNeverStarted() throws IOException {
        Optional<String> log = Restoration.underWay(folders);
        if (log.isPresent())
            throw new IOException("a restore into " + folders.data()
                    + " was cut off: run it again with the same flags, or" + " empty this directory and " + log.get());
        if (StateFolder.exists(folders.state()) || hasTakenPart())
            throw new IOException("there is data in " + folders.state() + " or " + folders.wal() + " but no "
                    + folders.data().resolve("identity.json") + ": bring the data directory back, or remove the member,"
                    + " empty both directories and add it again");
        Wal.remove(folders.wal());
    }

    /** A member's first election already begins a second term; a log that begins behind a state belongs to that. */
    private boolean hasTakenPart() throws IOException {
        if (!Wal.exists(folders.wal())) return false;
        try (Wal wal = Wal.open(folders.wal(), folders.walOptions())) {
            Recovered log = wal.recovered();
            return log.hardState().term() > FIRST_TERM || log.base().index() > 0;
        }
    }

    public boolean hasLog(Identity identity) throws IOException {
        return identity.memberId() != 0 && Wal.exists(folders.wal());
    }

    /** As etcd: everybody who starts with the same list computes the same ids and the same first entries. */
    public Identity fromInitialCluster() throws IOException {
        List<Member> members = firstMembers(config.birth().token());
        return begin(members, own(members), "");
    }

    /** Those of the first list, ordered by id. */
    List<Member> firstMembers(String token) {
        return config.birth().initialCluster().entrySet().stream()
                .map(entry -> member(entry, token))
                .sorted(Comparator.comparing(Member::id, Long::compareUnsigned))
                .toList();
    }

    Member own(List<Member> members) {
        return members.stream()
                .filter(member -> member.name().equals(config.name()))
                .findFirst()
                .orElseThrow();
    }

    /** The id that the first list gives to this member. */
    public long foundingId() {
        NodeConfig.Birth birth = config.birth();
        List<String> urls = birth.initialCluster().getOrDefault(config.name(), List.of());
        return MemberIds.first(urls, birth.token());
    }

    private static Member member(Map.Entry<String, List<String>> entry, String token) {
        return new Member(MemberIds.first(entry.getValue(), token), entry.getKey(), entry.getValue(), List.of(), false);
    }

    /** The only voter of a new cluster. The token makes the ids: the same call again gives the same cluster. */
    public Identity alone(String token, String name, List<String> peerUrls) throws IOException {
        Member own = new Member(MemberIds.first(peerUrls, token), name, peerUrls, List.of(), false);
        return begin(List.of(own), own, token);
    }

    private Identity begin(List<Member> members, Member own, String token) throws IOException {
        Identity identity = founder(members, own, token);
        Wal.create(folders.wal(), new WalMetadata(own.id(), identity.clusterId()), folders.walOptions());
        var entries = ChangeCodec.firstEntries(members);
        try (Wal wal = Wal.open(folders.wal(), folders.walOptions())) {
            wal.append(1, new HardState(FIRST_TERM, 0, entries.size()), entries, true);
            wal.writeNow();
        }
        identity.write(folders.data());
        return identity;
    }

    static long clusterId(List<Member> members) {
        return MemberIds.cluster(members.stream().map(Member::id).toList());
    }

    /** Who this member is in a cluster that begins with these; nothing says so yet. */
    Identity founder(List<Member> members, Member own, String token) throws IOException {
        return new Identity(
                clusterId(members),
                own.id(),
                config.name(),
                new Identity.Origin(nonce(), token),
                Identity.Era.FIRST,
                members.stream()
                        .filter(member -> member.id() != own.id())
                        .map(member -> new ListedMember(member.id(), member.name(), member.peerUrls(), false))
                        .toList());
    }

    /** A member that a running cluster lists and that has never started. */
    public Identity joined(long clusterId, long memberId, long epoch, List<ListedMember> members) throws IOException {
        Wal.create(folders.wal(), new WalMetadata(memberId, clusterId), folders.walOptions());
        Identity identity = new Identity(
                clusterId,
                memberId,
                config.name(),
                new Identity.Origin(nonce(), ""),
                Identity.Era.of(epoch),
                members.stream().filter(member -> member.id() != memberId).toList());
        identity.write(folders.data());
        return identity;
    }

    /** The same for whoever waits to be added and for the bootstrap that comes first, at the same moment maybe. */
    public synchronized String nonce() throws IOException {
        byte[] random = new byte[16];
        new SecureRandom().nextBytes(random);
        return Identity.pendingNonce(folders.data(), HexFormat.of().formatHex(random));
    }
}
