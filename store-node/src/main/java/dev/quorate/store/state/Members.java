package dev.quorate.store.state;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/** The members of the cluster and the ids that can never come back; immutable. */
public final class Members {
    private static final Comparator<Long> UNSIGNED = Long::compareUnsigned;

    public static final Members NONE =
            new Members(new TreeMap<>(UNSIGNED), new TreeMap<>(UNSIGNED), new TreeMap<>(UNSIGNED));

    private final SortedMap<Long, Member> members;

    /** With the peer URLs they had last: until a joint change is over they still have to be heard. */
    private final SortedMap<Long, List<String>> removed;

    /** The data nonce with which each of them started, if it was added to a running cluster. */
    private final SortedMap<Long, String> disks;

    private Members(
            SortedMap<Long, Member> members, SortedMap<Long, List<String>> removed, SortedMap<Long, String> disks) {
        this.members = members;
        this.removed = removed;
        this.disks = disks;
    }

    /** Ordered by id, unsigned. */
    public List<Member> all() {
        return List.copyOf(members.values());
    }

    public Optional<Member> get(long id) {
        return Optional.ofNullable(members.get(id));
    }

    public boolean wasRemoved(long id) {
        return removed.containsKey(id);
    }

    /** Who has a name has started; with which disk is only known of who came later. */
    public boolean hasStartedElsewhere(long id, String dataNonce) {
        String disk = disks.get(id);
        if (disk != null) return !disk.equals(dataNonce);
        return get(id).filter(member -> !member.name().isEmpty()).isPresent();
    }

    /** Ordered by id, unsigned. */
    public List<Long> removed() {
        return List.copyOf(removed.keySet());
    }

    /** Of a member, or of one that was; empty if nobody knows. */
    public List<String> peerUrls(long id) {
        Member member = members.get(id);
        return member == null ? removed.getOrDefault(id, List.of()) : member.peerUrls();
    }

    /** Why the list would not take this change, or empty when it would. */
    public Optional<Refusal> refusal(List<MemberChange> changes) {
        Members soFar = this;
        for (MemberChange change : changes) {
            Optional<Refusal> refusal = soFar.refusal(change);
            if (refusal.isPresent()) return refusal;
            soFar = soFar.with(change);
        }
        return Optional.empty();
    }

    private Optional<Refusal> refusal(MemberChange change) {
        if (wasRemoved(change.id())) return Optional.of(Refusal.MEMBER_NOT_FOUND);
        Member known = members.get(change.id());
        return switch (change) {
            case MemberChange.Added added -> {
                if (known != null) yield Optional.of(Refusal.MEMBER_EXISTS);
                yield urlsTaken(added.member().peerUrls(), added.id());
            }
            case MemberChange.Promoted promoted -> {
                if (known == null) yield Optional.of(Refusal.MEMBER_NOT_FOUND);
                yield known.learner() ? Optional.empty() : Optional.of(Refusal.MEMBER_NOT_LEARNER);
            }
            case MemberChange.Removed gone -> known == null ? Optional.of(Refusal.MEMBER_NOT_FOUND) : Optional.empty();
            case MemberChange.Updated updated -> {
                if (known == null) yield Optional.of(Refusal.MEMBER_NOT_FOUND);
                yield urlsTaken(updated.peerUrls(), updated.id());
            }
        };
    }

    private Optional<Refusal> urlsTaken(List<String> urls, long byOtherThan) {
        for (Member other : members.values()) {
            if (other.id() == byOtherThan) continue;
            for (String url : urls) {
                if (other.peerUrls().contains(url)) return Optional.of(Refusal.PEER_URL_EXISTS);
            }
        }
        return Optional.empty();
    }

    /** The list after a change that it does not refuse. */
    public Members with(MemberChange change) {
        SortedMap<Long, Member> next = new TreeMap<>(members);
        SortedMap<Long, List<String>> gone = removed;
        switch (change) {
            case MemberChange.Added added -> next.put(added.id(), added.member());
            case MemberChange.Promoted promoted ->
                next.computeIfPresent(promoted.id(), (id, member) -> member.promoted());
            case MemberChange.Updated updated ->
                next.computeIfPresent(updated.id(), (id, member) -> member.at(updated.peerUrls()));
            case MemberChange.Removed one -> {
                next.remove(one.id());
                gone = new TreeMap<>(removed);
                gone.put(one.id(), peerUrls(one.id()));
            }
        }
        SortedMap<Long, String> left = disks;
        if (!disks.isEmpty()) {
            left = new TreeMap<>(disks);
            left.keySet().retainAll(next.keySet());
        }
        return new Members(next, gone, left);
    }

    /** A member with the disk with which it starts; ids that are not members are ignored. */
    Members on(long id, String dataNonce) {
        if (!members.containsKey(id)) return this;
        SortedMap<Long, String> more = new TreeMap<>(disks);
        more.put(id, dataNonce);
        return new Members(members, removed, more);
    }

    /** A member as it says itself that it is; ids that are not members are ignored. */
    public Members with(Member member) {
        SortedMap<Long, Member> next = new TreeMap<>(members);
        next.put(member.id(), member);
        return new Members(next, removed, disks);
    }

    /** What has to be remembered of a change. */
    List<Fact> facts(List<MemberChange> changes) {
        List<Fact> facts = new ArrayList<>();
        for (MemberChange change : changes) {
            Member now = members.get(change.id());
            facts.add(now == null ? new Fact.MemberRemoved(change.id()) : new Fact.MemberSet(now));
        }
        return facts;
    }

    @Override
    public String toString() {
        return members.values() + " removed " + removed.keySet();
    }
}
