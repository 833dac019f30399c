package dev.quorate.store.node;

import dev.quorate.store.raft.RaftStatus;
import dev.quorate.store.raft.RaftStatus.FollowerView;
import dev.quorate.store.state.Member;
import dev.quorate.store.state.MemberChange;
import dev.quorate.store.state.Members;
import dev.quorate.store.state.Refusal;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** Which changes of the membership are too dangerous now, although the list of members would take them. */
final class MemberRules {
    /** How long a member may be out of reach before nobody else may join. */
    private static final long SILENCE_MILLIS = 5_000;

    private static final int CAUGHT_UP_PERCENT = 90;

    private final boolean strict;
    private final long self;
    private final Peers peers;

    MemberRules(boolean strict, long self, Peers peers) {
        this.strict = strict;
        this.self = self;
        this.peers = peers;
    }

    Optional<Refusal> refusal(Members members, List<MemberChange> changes, RaftStatus status) {
        for (MemberChange change : changes) {
            if (change instanceof MemberChange.Promoted promoted && !caughtUp(promoted.id(), status))
                return Optional.of(Refusal.LEARNER_NOT_READY);
        }
        if (!strict || changes.stream().allMatch(change -> change instanceof MemberChange.Updated))
            return Optional.empty();
        return startedEnough(members, changes) ? unreachable(members, changes) : notEnough();
    }

    private static Optional<Refusal> notEnough() {
        return Optional.of(Refusal.NOT_ENOUGH_STARTED_MEMBERS);
    }

    private static boolean caughtUp(long id, RaftStatus status) {
        for (FollowerView one : status.followers()) {
            if (one.id() == id) return one.match() * 100 >= status.last().index() * CAUGHT_UP_PERCENT;
        }
        return false;
    }

    /** After the change a majority of the voters must have started, or the cluster would stand still. */
    private static boolean startedEnough(Members members, List<MemberChange> changes) {
        Map<Long, Boolean> startedVoters = new TreeMap<>();
        for (Member member : members.all()) {
            if (!member.learner()) startedVoters.put(member.id(), !member.name().isEmpty());
        }
        boolean loneVoter = startedVoters.size() == 1 && startedVoters.containsValue(true);
        boolean touchesVoters = false;
        for (MemberChange change : changes) {
            switch (change) {
                case MemberChange.Added added -> {
                    if (added.member().learner()) continue;
                    startedVoters.put(added.id(), false);
                    touchesVoters = true;
                }
                case MemberChange.Promoted promoted -> {
                    boolean started = members.get(promoted.id())
                            .map(member -> !member.name().isEmpty())
                            .orElse(false);
                    startedVoters.put(promoted.id(), started);
                    touchesVoters = true;
                }
                case MemberChange.Removed removed -> touchesVoters |= startedVoters.remove(removed.id()) != null;
                case MemberChange.Updated updated -> {}
            }
        }
        if (!touchesVoters) return true;
        long started = startedVoters.values().stream().filter(value -> value).count();
        boolean firstCompanion = loneVoter && startedVoters.size() == 2 && started == 1;
        return firstCompanion || started >= startedVoters.size() / 2 + 1;
    }

    private Optional<Refusal> unreachable(Members members, List<MemberChange> changes) {
        boolean addsVoter = changes.stream()
                .anyMatch(change -> change instanceof MemberChange.Added added
                        && !added.member().learner());
        if (addsVoter) {
            boolean allThere = members.all().stream().allMatch(member -> member.learner() || reachable(member.id()));
            return allThere ? Optional.empty() : Optional.of(Refusal.UNHEALTHY);
        }
        return removalLeavesQuorum(members, changes) ? Optional.empty() : Optional.of(Refusal.UNHEALTHY);
    }

    private boolean removalLeavesQuorum(Members members, List<MemberChange> changes) {
        if (changes.stream().noneMatch(change -> change instanceof MemberChange.Removed)) return true;
        List<Long> left = members.all().stream()
                .filter(member -> !member.learner())
                .map(Member::id)
                .filter(id -> changes.stream()
                        .noneMatch(change -> change instanceof MemberChange.Removed && change.id() == id))
                .toList();
        long there = left.stream().filter(this::reachable).count();
        return left.isEmpty() || there >= left.size() / 2 + 1;
    }

    private boolean reachable(long id) {
        return id == self || peers.silentMillis(id) < SILENCE_MILLIS;
    }
}
