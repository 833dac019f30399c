package dev.quorate.store.datadir;

import dev.quorate.store.node.NodeConfig;
import dev.quorate.store.node.port.DurableLog;
import dev.quorate.store.raft.EntryId;
import dev.quorate.store.raft.HardState;
import dev.quorate.store.raft.Membership;
import dev.quorate.store.snapshot.EtcdSnapshot;
import dev.quorate.store.state.Member;
import dev.quorate.store.vlog.StateFolder;
import dev.quorate.store.wal.Directories;
import dev.quorate.store.wal.Wal;
import dev.quorate.store.wal.WalMetadata;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeSet;
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
        String seal = HexFormat.of().formatHex(snapshot.hash()) + '+' + revisions.bump() + revisions.markCompacted();
        List<Member> members = births.firstMembers(config.birth().token() + seal);
        Member own = births.own(members);
        Optional<Identity> present = Identity.read(folders.data());
        if (present.isPresent()) {
            if (!isSame(present.get(), own, members))
                throw taken("it is of member " + present.get().name());
            Files.deleteIfExists(mark(folders));
            return new Restored(present.get(), Optional.empty());
        }
        makeReady();
        Identity identity = births.founder(members, own, "");
        State state =
                new SnapshotState(snapshot, revisions, members, bytesDone).write(StateFolder.present(folders.state()));
        writeLog(identity, state, members);
        identity.write(folders.data());
        Files.delete(mark(folders));
        return new Restored(identity, Optional.of(state));
    }

    private static boolean isSame(Identity present, Member own, List<Member> members) {
        return present.memberId() == own.id() && present.clusterId() == Births.clusterId(members);
    }

    private IOException taken(String why) {
        return new IOException(
                "there is data in " + folders.data() + ": " + why
                        + ". A snapshot is restored into an empty directory: name another, or empty this one if nobody needs it");
    }

    private void makeReady() throws IOException {
        if (isUnderWay(folders)) {
            StateFolder.remove(folders.state());
            Wal.remove(folders.wal());
            return;
        }
        if (StateFolder.exists(folders.state()) || Wal.exists(folders.wal()))
            throw taken("it is without its identity.json");
        folders.create();
        Files.createFile(mark(folders));
        Directories.sync(folders.data());
    }

    private static Path mark(Folders folders) {
        return folders.data().resolve("restoring");
    }

    /** Was a restore into these folders cut off? */
    static boolean isUnderWay(Folders folders) {
        return Files.exists(mark(folders));
    }

    /** The log begins behind the state: who joins later gets the state, and not a log that does not lead to it. */
    private void writeLog(Identity identity, State state, List<Member> members) throws IOException {
        Wal.create(folders.wal(), new WalMetadata(identity.memberId(), identity.clusterId()), folders.walOptions());
        SortedSet<Long> voters = new TreeSet<>(Long::compareUnsigned);
        for (Member member : members) voters.add(member.id());
        SortedSet<Long> nobody = new TreeSet<>(Long::compareUnsigned);
        EntryId base = new EntryId(SnapshotState.TERM, state.index());
        try (Wal wal = Wal.open(folders.wal(), folders.walOptions())) {
            wal.install(
                    0,
                    new HardState(SnapshotState.TERM, 0, state.index()),
                    base,
                    new Membership(voters, nobody, nobody, nobody, false));
            wal.step(new DurableLog.Listener() {
                @Override
                public void persisted(long batch) {}

                @Override
                public void failed(Throwable cause) {}
            });
        }
    }
}
