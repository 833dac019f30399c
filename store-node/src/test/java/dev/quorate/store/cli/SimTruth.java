package dev.quorate.store.cli;

import dev.quorate.store.codec.RequestIdReader;
import dev.quorate.store.mvcc.HashResult;
import dev.quorate.store.mvcc.MvccView;
import dev.quorate.store.raft.Entry;
import java.util.SortedMap;
import java.util.TreeMap;

/** What must be the same for everybody, checked at every event. */
final class SimTruth {
    /** Reading everything at every batch would be most of the simulation. */
    private static final int HASH_EVERY = 8;

    final SortedMap<Long, Entry> log = new TreeMap<>();
    private final SortedMap<Long, Long> leaders = new TreeMap<>();
    private final SortedMap<Long, HashResult> states = new TreeMap<>();
    private final SortedMap<Long, Long> digests = new TreeMap<>();
    private final SortedMap<String, Long> revisions = new TreeMap<>();
    private final SortedMap<Long, Long> requests = new TreeMap<>();
    long trace = 17;

    /** OneLeaderPerTerm. */
    void leads(long term, long member) {
        Long before = leaders.putIfAbsent(term, member);
        if (before == null) trace = 31 * trace + term * 7 + member;
        else if (before != member)
            throw new AssertionError("OneLeaderPerTerm: " + before + " and " + member + " lead in term " + term);
    }

    /** LogsAgree, CommittedNeverLost: what one member has applied at an index, everybody applies there for ever. True: it is the first. */
    boolean applied(long member, Entry entry) {
        Entry before = log.putIfAbsent(entry.index(), entry);
        if (before == null) {
            trace = 31 * trace + entry.term() * 13 + entry.data().hashCode();
            onlyOnce(entry);
        } else if (before.term() != entry.term() || !before.data().equals(entry.data()))
            throw new AssertionError(
                    "LogsAgree: member " + member + " applies " + entry + " where " + before + " was applied");
        return before == null;
    }

    /** AppliedOnce: nobody's request becomes two entries, although members propose again what a lost leader took. */
    private void onlyOnce(Entry entry) {
        if (entry.kind().isChange() || entry.data().isEmpty()) return;
        Long before = requests.putIfAbsent(RequestIdReader.requestId(entry.data()), entry.index());
        if (before != null)
            throw new AssertionError("AppliedOnce: the request of entry " + before + " is also in " + entry);
    }

    /** StatesAgree: every version that can be read. */
    void state(long member, long index, MvccView view) {
        if (index % HASH_EVERY == 0) same(member, index, view);
    }

    void same(long member, long index, MvccView view) {
        HashResult now = view.hashKv(0);
        HashResult before = states.putIfAbsent(index, now);
        if (before != null && !before.equals(now))
            throw new AssertionError("StatesAgree: member " + member + " has " + now + " after index " + index
                    + ", another had " + before);
    }

    /** DigestsAgree: what members compare with each other, so that nobody is accused who has what the others have. */
    void digest(long member, long index, long digest) {
        Long before = digests.putIfAbsent(index, digest);
        if (before != null && before != digest)
            throw new AssertionError("DigestsAgree: member " + member + " differs after index " + index);
    }

    /** Is this what somebody had there, or nothing yet? */
    boolean isKnown(long index, long digest) {
        Long known = digests.get(index);
        return index == 0 || (known != null && known == digest);
    }

    /** RevisionNeverGoesBack, within one life. */
    void revision(long member, int life, long revision) {
        Long before = revisions.put(member + "/" + life, revision);
        if (before != null && before > revision)
            throw new AssertionError("RevisionNeverGoesBack: member " + member + " " + before + " to " + revision);
    }

    int terms() {
        return leaders.size();
    }
}
