package dev.quorate.store.raft;

import dev.quorate.store.Bytes;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Predicate;

/**
 * What the simulation knows better than any member: everything that was ever committed, who led, who voted. Every
 * method throws if a member's behaviour contradicts it.
 */
final class Truth {
    private record Fact(Entry entry, long committedInTerm, Membership membershipAfter) {}

    private record Written(Entry entry, long termBefore) {}

    private final List<Fact> committed = new ArrayList<>();
    private final Map<Long, Long> leaders = new TreeMap<>();
    private final Map<List<Long>, Long> votes = new TreeMap<>(Truth::compare);
    private final Map<List<Long>, Written> written = new TreeMap<>(Truth::compare);

    /** A cluster is born with its membership at index 1: who starts with an empty log needs a snapshot. */
    Truth(Membership first) {
        committed.add(new Fact(new Entry(1, 1, EntryKind.NORMAL, Bytes.EMPTY), 0, first));
    }

    private static int compare(List<Long> a, List<Long> b) {
        int byFirst = Long.compare(a.get(0), b.get(0));
        return byFirst != 0 ? byFirst : Long.compare(a.get(1), b.get(1));
    }

    static void check(boolean condition, String what, Object... details) {
        if (!condition) throw new AssertionError(what + " " + List.of(details));
    }

    long committed() {
        return committed.size();
    }

    Entry entry(long index) {
        return committed.get((int) index - 1).entry;
    }

    EntryId id(long index) {
        return index == 0 ? EntryId.NONE : entry(index).id();
    }

    Membership membershipAt(long index) {
        return index == 0 ? Membership.EMPTY : committed.get((int) index - 1).membershipAfter;
    }

    /** OneLeaderPerTerm and LeaderCompleteness. */
    void leads(long member, long term, Predicate<EntryId> inLog) {
        Long other = leaders.putIfAbsent(term, member);
        check(other == null || other == member, "two leaders in term", term, String.valueOf(other), member);
        for (Fact fact : committed) {
            boolean mustHave = fact.committedInTerm < term;
            check(!mustHave || inLog.test(fact.entry.id()), "a leader lacks a committed entry", member, term, fact);
        }
    }

    /** OneVotePerTerm: of votes that others have seen. */
    void votes(long voter, long term, long candidate) {
        Long other = votes.putIfAbsent(List.of(voter, term), candidate);
        check(other == null || other == candidate, "voted twice in a term", voter, term, candidate, "" + other);
    }

    /** LogMatching: term and index name one entry, and one entry before it; the rest follows by induction. */
    void writes(Entry entry, long termBefore) {
        Written mine = new Written(entry, termBefore);
        Written other = written.putIfAbsent(List.of(entry.term(), entry.index()), mine);
        check(other == null || other.equals(mine), "logs do not match", mine, String.valueOf(other));
    }

    /** CommittedNeverLost, and only what a quorum has on its disks is committed. */
    void commits(Entry entry, long term, boolean durable) {
        if (entry.index() <= committed()) {
            check(entry(entry.index()).equals(entry), "two entries committed", entry(entry.index()), entry);
            return;
        }
        check(entry.index() == committed() + 1, "a gap in what is committed", committed(), entry);
        check(durable, "committed without a durable quorum", entry);
        Membership before = membershipAt(committed());
        Membership after = entry.kind().isChange()
                ? before.after(Changes.parse(entry.data())).orElse(before)
                : before;
        committed.add(new Fact(entry, term, after));
    }
}
