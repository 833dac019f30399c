package dev.quorate.store.cli;

import dev.quorate.store.Bytes;
import dev.quorate.store.codec.ChangeCodec;
import dev.quorate.store.node.port.DurableLog;
import dev.quorate.store.raft.Entry;
import dev.quorate.store.raft.EntryKind;
import dev.quorate.store.raft.HardState;
import dev.quorate.store.raft.Membership;
import dev.quorate.store.raft.MembershipChange;
import dev.quorate.store.raft.Restored;
import dev.quorate.store.state.MemberChange;
import dev.quorate.store.wal.Wal;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes a member the only voter of its cluster as etcd's force-new-cluster does: what is not known to be committed goes,
 * and the removal of everybody else is put behind what is, as committed.
 *
 * <p>The tail goes because nobody can tell any more what became of it: the others may have replaced it in a later term,
 * and then it would come to life against what clients have read. The price is that of etcd: a write that was answered in
 * the last moment, and of whose commit this member never heard, is lost.
 *
 * <p>May be done again after a crash anywhere in it: entries whose commit was not written are a tail that goes.
 */
final class LastVoter {
    private static final Logger LOG = LoggerFactory.getLogger(LastVoter.class);

    private LastVoter() {}

    /** What the member starts with; the log on disk says the same when this returns. */
    static Restored of(Restored found, long self, Wal wal) throws IOException {
        HardState hard = found.hardState();
        List<Entry> entries = new ArrayList<>();
        for (Entry entry : found.entries()) if (entry.index() <= hard.commit()) entries.add(entry);
        List<Entry> removals = removals(committed(found), self, hard);
        int dropped = found.entries().size() - entries.size();
        LOG.warn(
                "recovering as the only voter: commit={} uncommitted entries dropped={} changes={}",
                hard.commit(),
                dropped,
                removals.size());
        if (removals.isEmpty() && dropped == 0) return found;
        entries.addAll(removals);
        HardState now = new HardState(hard.term() + 1, self, hard.commit() + removals.size());
        wal.append(0, now, removals, true);
        write(wal);
        return new Restored(now, found.membership(), found.base(), entries, found.applied());
    }

    private static Membership committed(Restored found) {
        Membership membership = found.membership();
        for (Entry entry : found.entries()) {
            if (entry.index() <= found.applied()
                    || entry.index() > found.hardState().commit()) continue;
            if (!entry.kind().isChange()) continue;
            membership = membership.after(ChangeCodec.decode(entry).raft()).orElse(membership);
        }
        return membership;
    }

    private static List<Entry> removals(Membership membership, long self, HardState hard) throws NotRecoverable {
        List<Entry> entries = new ArrayList<>();
        Membership simple = membership;
        if (membership.isJoint()) {
            simple = membership.after(MembershipChange.LEAVE_JOINT).orElseThrow();
            entries.add(entry(hard, entries, EntryKind.CHANGE_V2, Bytes.EMPTY));
        }
        if (!simple.voters().contains(self))
            throw new NotRecoverable("this member is no voter: it may lack what the cluster has decided; recover a"
                    + " voter, or restore a backup");
        for (long other : simple.members()) {
            if (other == self) continue;
            ChangeCodec.Encoded encoded = ChangeCodec.encode(0, List.of(new MemberChange.Removed(other)));
            entries.add(entry(hard, entries, encoded.kind(), encoded.data()));
        }
        return entries;
    }

    private static Entry entry(HardState hard, List<Entry> before, EntryKind kind, Bytes data) {
        return new Entry(hard.term() + 1, hard.commit() + before.size() + 1, kind, data);
    }

    /** The log's thread does not run yet. */
    private static void write(Wal wal) throws IOException {
        wal.step(new DurableLog.Listener() {
            @Override
            public void persisted(long batch) {}

            @Override
            public void failed(Throwable cause) {}
        });
    }
}
