package dev.quorate.store.datadir;

import dev.quorate.store.codec.Json;
import dev.quorate.store.node.NodeConfig;
import dev.quorate.store.raft.EntryId;
import dev.quorate.store.raft.HardState;
import dev.quorate.store.raft.Membership;
import dev.quorate.store.snapshot.EtcdSnapshot;
import dev.quorate.store.state.Member;
import dev.quorate.store.vlog.StateFolder;
import dev.quorate.store.wal.Directories;
import dev.quorate.store.wal.DirectoryLock;
import dev.quorate.store.wal.Wal;
import dev.quorate.store.wal.WalMetadata;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.function.LongConsumer;

/**
 * Makes an empty directory a member's of a new cluster, with the keys and leases of a snapshot. A mark stands there until
 * the identity is written, last: what a restore that was cut off has left is nobody's, and the next one begins anew.
 *
 * <p>Not as etcdutl, which computes the ids from the list alone: then members of the cluster that the snapshot came from,
 * with the same addresses, would take the restored ones for their own. Here the snapshot and what becomes of its revisions
 * are part of the ids, so that only who restored the same finds together.
 */
public final class Restoration {
    /** Changes with what is written for the same snapshot: who writes something else is another cluster. */
    private static final String FORM = "restored-1-";

    private final NodeConfig config;
    private final Folders folders;
    private final Births births;

    /**
     * What becomes of the revisions: clients that remember newer ones than the snapshot has must not meet them again with
     * another meaning.
     *
     * @param bump how much the newest one grows
     * @param markCompacted whether what was before it can no longer be asked for, so that watchers begin anew
     */
    public record Revisions(long bump, boolean markCompacted) {}

    /** What was written. */
    public record State(long index, long revision, long compactRevision, long versions, long leases) {}

    /**
     * What has become of the directory.
     *
     * @param state nothing if the same had been restored before
     */
    public record Restored(Identity identity, Optional<State> state) {}

    public Restoration(NodeConfig config, Folders folders) {
        this.config = config;
        this.folders = folders;
        this.births = new Births(config, folders);
    }

    /**
     * Everything is safe on the disk when this returns. To do the same again changes nothing.
     *
     * @param bytesDone hears how much of the snapshot has been written
     */
    public Restored run(EtcdSnapshot snapshot, Revisions revisions, LongConsumer bytesDone) throws IOException {
        folders.create();
        try (DirectoryLock _ = DirectoryLock.take(folders.data())) {
            return runAlone(snapshot, revisions, bytesDone);
        }
    }

    private Restored runAlone(EtcdSnapshot snapshot, Revisions revisions, LongConsumer bytesDone) throws IOException {
        String seal = FORM + HexFormat.of().formatHex(snapshot.hash()) + revisions;
        List<Member> members = births.firstMembers(config.birth().token() + seal);
        Member own = births.own(members);
        Optional<Identity> present = births.known();
        if (present.isPresent()) {
            if (!isSame(present.get(), own, members))
                throw taken("it is of member " + present.get().name());
            if (!births.hasLog(present.get())) throw taken("its log is gone");
            return new Restored(present.get(), Optional.empty());
        }
        SnapshotState content = new SnapshotState(snapshot, revisions, bytesDone);
        content.check();
        makeReady();
        Identity identity = births.founder(members, own, "");
        Membership membership =
                Membership.ofVoters(members.stream().map(Member::id).toList());
        State state = content.write(StateFolder.present(folders.state()), members, membership);
        Directories.sync(folders.state());
        writeLog(identity, state, membership);
        identity.write(folders.data());
        isOver(folders);
        return new Restored(identity, Optional.of(state));
    }

    private static boolean isSame(Identity present, Member own, List<Member> members) {
        return present.memberId() == own.id() && present.clusterId() == Births.clusterId(members);
    }

    private IOException taken(String why) {
        return new IOException(
                "there is data in " + folders.data() + " or " + folders.wal() + ": " + why
                        + ". A snapshot is restored into an empty directory: name another, or empty these if nobody needs them");
    }

    private void makeReady() throws IOException {
        if (Fence.read(folders.data()) > 0)
            throw taken("it was told in fence.json that a newer epoch of its cluster began without it");
        Optional<String> begun = underWay(folders);
        if (begun.isEmpty()) {
            if (StateFolder.exists(folders.state()) || Wal.exists(folders.wal()))
                throw taken("it is without its identity.json");
            SealedJson.replace(mark(folders), "\"wal\":" + Json.quote(place(folders.wal())));
            return;
        }
        // In another place there may be another member's.
        if (!begun.get().equals(place(folders.wal())))
            throw new IOException("a restore into " + folders.data() + " was cut off that had its log in " + begun.get()
                    + ": give it the same --wal-dir, or empty both directories");
        StateFolder.remove(folders.state());
        Wal.remove(folders.wal());
    }

    private static String place(Path wal) {
        return wal.toAbsolutePath().normalize().toString();
    }

    private static Path mark(Folders folders) {
        return folders.data().resolve("restoring.json");
    }

    /** Where a restore into these folders that was cut off has its log. */
    static Optional<String> underWay(Folders folders) throws IOException {
        return SealedJson.read(mark(folders)).map(mark -> String.valueOf(mark.get("wal")));
    }

    /** With the identity everything is there. */
    static void isOver(Folders folders) throws IOException {
        if (Files.deleteIfExists(mark(folders))) Directories.sync(folders.data());
    }

    /** The log begins behind the state: who joins later gets the state, and not a log that does not lead to it. */
    private void writeLog(Identity identity, State state, Membership members) throws IOException {
        Wal.create(folders.wal(), new WalMetadata(identity.memberId(), identity.clusterId()), folders.walOptions());
        EntryId base = new EntryId(SnapshotState.TERM, state.index());
        try (Wal wal = Wal.open(folders.wal(), folders.walOptions())) {
            wal.install(0, new HardState(SnapshotState.TERM, 0, state.index()), base, members);
            wal.writeNow();
        }
    }
}
