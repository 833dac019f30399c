package dev.quorate.store.datadir;

import dev.quorate.store.Bytes;
import dev.quorate.store.Invariant;
import dev.quorate.store.codec.FactCodec;
import dev.quorate.store.mvcc.FoundVersion;
import dev.quorate.store.mvcc.KeyValue;
import dev.quorate.store.mvcc.MvccStore;
import dev.quorate.store.mvcc.Revision;
import dev.quorate.store.raft.Membership;
import dev.quorate.store.snapshot.EtcdSnapshot;
import dev.quorate.store.state.Fact;
import dev.quorate.store.state.Member;
import dev.quorate.store.vlog.Recovery;
import dev.quorate.store.vlog.ValueLogFiles;
import dev.quorate.store.vlog.ValueLogOptions;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;
import java.util.function.LongConsumer;
import java.util.zip.CRC32C;

/**
 * Writes the state that a snapshot holds as a value log. Keys, leases and what was compacted come from the snapshot; the
 * members are those of the new cluster, and alarms belonged to members of the old one.
 *
 * <p>Everybody who restores the same file with the same list writes the same batches, so all begin with the same state at
 * the same index, as if a log had led there that nobody keeps.
 */
final class SnapshotState {
    static final long TERM = 1;
    private static final int BATCH_BYTES = 1 << 20;

    /** Nobody else needs the disk. */
    private static final ValueLogOptions OPTIONS = ValueLogOptions.DEFAULT.reclaimingAt(Long.MAX_VALUE);

    private final EtcdSnapshot snapshot;
    private final Restoration.Revisions revisions;
    private final LongConsumer bytesDone;
    private final CRC32C written = new CRC32C();
    private long index;
    private long batchBytes;
    private long doneBytes;
    private long firstOfBatch;
    private long last = MvccStore.FIRST_REVISION;
    private long versions;
    private long leases;
    private long compacted = -1;

    SnapshotState(EtcdSnapshot snapshot, Restoration.Revisions revisions, LongConsumer bytesDone) {
        this.snapshot = snapshot;
        this.revisions = revisions;
        this.bytesDone = bytesDone;
    }

    /** Everything is safe on the disk when this returns. */
    Restoration.State write(Path folder, List<Member> members, Membership membership) throws IOException {
        try (ValueLogFiles log = ValueLogFiles.open(folder, OPTIONS, 0, nothing())) {
            log.stopWaiting();
            snapshot.versions((revision, tombstone, encoded) -> version(log, revision, tombstone, encoded));
            snapshot.bucket("lease", (key, value) -> lease(log, key, value));
            compactions();
            long revision = Math.max(last, compacted) + revisions.bump();
            if (revisions.markCompacted()) compacted = revision;
            facts(log, revision, members, membership);
            log.endBatch(++index, TERM, revision);
            log.force();
            boolean more;
            do more = log.checkpoint();
            while (more);
            return new Restoration.State(index, revision, compacted, versions, leases);
        } catch (UncheckedIOException failed) {
            throw new IOException(failed.getMessage() + ": " + failed.getCause(), failed);
        } catch (Invariant.Broken unreadable) {
            throw new IOException("the snapshot is damaged: " + unreadable.getMessage(), unreadable);
        }
    }

    private static Recovery nothing() {
        return new Recovery() {
            @Override
            public void version(FoundVersion found) {
                throw new IllegalStateException("there is a state already");
            }

            @Override
            public void fact(Bytes key, Bytes value) {
                throw new IllegalStateException("there is a state already");
            }
        };
    }

    /** Without users everybody could read what they kept from most. */
    void check() throws IOException {
        boolean[] some = new boolean[1];
        for (String bucket : List.of("authUsers", "authRoles"))
            snapshot.bucket(bucket, (name, value) -> some[0] = true);
        if (some[0])
            throw new IOException("the snapshot has users and roles, which this store does not keep yet: without them"
                    + " everybody could read everything. Remove them from the cluster it came from, if that is meant, and"
                    + " save another one");
    }

    private void version(ValueLogFiles log, Revision at, boolean tombstone, Bytes encoded) {
        // A batch holds revisions near each other; where most were compacted, or one was bumped, they are not.
        boolean full = batchBytes >= BATCH_BYTES || at.main() - firstOfBatch > BATCH_BYTES;
        if (at.main() != last && batchBytes > 0 && full) endBatch(log);
        if (batchBytes == 0) firstOfBatch = at.main();
        last = at.main();
        // Left by a restore of before, only to say how high the revision is.
        if (KeyValue.keyOf(encoded).isEmpty()) return;
        log.append(at, tombstone, encoded);
        written.update(at.bucketKey(tombstone).shared());
        written.update(encoded.shared());
        batchBytes += encoded.size();
        versions++;
    }

    private void endBatch(ValueLogFiles log) {
        log.endBatch(++index, TERM, last);
        doneBytes += batchBytes;
        batchBytes = 0;
        bytesDone.accept(doneBytes);
    }

    private void lease(ValueLogFiles log, Bytes key, Bytes value) {
        keep(log, FactCodec.decode("lease", key, value));
        leases++;
    }

    private void compactions() throws IOException {
        snapshot.bucket("meta", (key, value) -> {
            String name = key.toUtf8();
            if (!name.equals("scheduledCompactRev")) return;
            if (value.size() < Long.BYTES) throw new IOException("the snapshot is damaged: no revision is in " + name);
            compacted = ByteBuffer.wrap(value.shared()).getLong();
        });
    }

    private void facts(ValueLogFiles log, long revision, List<Member> members, Membership membership) {
        if (compacted >= 0) keep(log, new Fact.CompactionMark(compacted));
        for (Member member : members) keep(log, new Fact.MemberSet(member));
        List<Long> voters = List.copyOf(membership.voters());
        keep(log, new Fact.RaftMembership(voters, List.of(), List.of(), List.of(), false));
        // Who read or wrote something else is found out by the first comparison of digests.
        keep(log, new Fact.StateDigest(written.getValue() << Integer.SIZE ^ revision));
    }

    private static void keep(ValueLogFiles log, Fact fact) {
        log.appendFact(FactCodec.key(fact), FactCodec.value(fact));
    }
}
