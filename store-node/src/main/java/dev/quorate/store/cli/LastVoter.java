package dev.quorate.store.cli;

import dev.quorate.store.Bytes;
import dev.quorate.store.codec.ChangeCodec;
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
 * Makes a member the only voter of its cluster: all that its log holds counts as committed, and the removal of everybody
 * else is put behind it.
 *
 * <p>Not as etcd's force-new-cluster, which throws away what is not known to be committed. A write can have been answered
 * although this member has not heard yet that it is committed; it is in the log of the voter with the newest term and the
 * longest log, which is the one to recover, and would be lost. The price: a write that nobody answered may come to life,
 * as it may after every change of leaders.
 *
 * <p>May be done again after a crash anywhere in it: removals that were written without their commit are part of the log
 * like the rest, and only those that lack are added.
 */
final class LastVoter {
    private static final Logger LOG = LoggerFactory.getLogger(LastVoter.class);

    private LastVoter() {}

    /** What the member starts with; the log on disk says the same when this returns. */
    static Restored of(Restored found, long self, Wal wal) throws IOException {
        HardState hard = found.hardState();
        List<Entry> entries = new ArrayList<>(found.entries());
        long last = entries.isEmpty() ? found.base().index() : entries.getLast().index();
        // A torn write can have left entries of a newer term than the term beside them.
        long newest =
                entries.isEmpty() ? found.base().term() : entries.getLast().term();
        long term = Math.max(hard.term(), newest) + 1;
        List<Entry> removals = removals(latest(found.membership(), entries, found.applied()), self, term, last);
        LOG.warn(
                "recovering as the only voter: commit={} entries taken for committed={} changes={}",
                hard.commit(),
                last - hard.commit(),
                removals.size());
        if (removals.isEmpty() && last == hard.commit()) return found;
        entries.addAll(removals);
        HardState now = new HardState(term, self, last + removals.size());
        wal.append(0, now, removals, true);
        wal.writeNow();
        return new Restored(now, found.membership(), found.base(), entries, found.applied());
    }

    /** What the log makes of a membership that was in force at an index. */
    static Membership latest(Membership then, List<Entry> entries, long index) {
        Membership membership = then;
        for (Entry entry : entries) {
            if (entry.index() <= index || !entry.kind().isChange()) continue;
            membership = membership.after(ChangeCodec.decode(entry).raft()).orElse(membership);
        }
        return membership;
    }

    private static List<Entry> removals(Membership membership, long self, long term, long last) throws NotRecoverable {
        List<Entry> entries = new ArrayList<>();
        Membership simple = membership;
        if (membership.isJoint()) {
            simple = membership.after(MembershipChange.LEAVE_JOINT).orElseThrow();
            entries.add(new Entry(term, last + 1, EntryKind.CHANGE_V2, Bytes.EMPTY));
        }
        if (!simple.voters().contains(self))
            throw new NotRecoverable("this member is no voter: it may lack what the cluster has decided; recover a"
                    + " voter, or restore a backup");
        for (long other : simple.members()) {
            if (other == self) continue;
            ChangeCodec.Encoded encoded = ChangeCodec.encode(0, List.of(new MemberChange.Removed(other)));
            entries.add(new Entry(term, last + 1 + entries.size(), encoded.kind(), encoded.data()));
        }
        return entries;
    }
}
