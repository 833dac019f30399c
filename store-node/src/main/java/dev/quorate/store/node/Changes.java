package dev.quorate.store.node;

import dev.quorate.store.codec.ChangeCodec;
import dev.quorate.store.node.port.LeaderCall;
import dev.quorate.store.node.port.Peers;
import dev.quorate.store.raft.Proposed;
import dev.quorate.store.raft.RaftCore;
import dev.quorate.store.raft.RaftStatus;
import dev.quorate.store.raft.RaftStatus.FollowerView;
import dev.quorate.store.state.Command;
import dev.quorate.store.state.Member;
import dev.quorate.store.state.MemberChange;
import dev.quorate.store.state.Members;
import dev.quorate.store.state.Outcome;
import dev.quorate.store.state.Refusal;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;

/**
 * What only the leader decides: changes of the membership, hand-overs, leases.
 *
 * <p>One change at a time, checked against a list of members that has applied all changes before it, so that a change
 * that reaches the log also fits the list. Who comes meanwhile waits.
 */
final class Changes {
    private static final String REMOVED = "the member has been permanently removed from the cluster";

    private final Loop.Desk desk;
    private final RaftCore raft;
    private final Applier applier;
    private final Node.Outside outside;
    private final Rules rules;
    private final List<Parked> parked = new ArrayList<>();
    private final List<HandOver> handOvers = new ArrayList<>();
    private long lastChangeIndex;

    private record Parked(LeaderCall.ChangeMembers change, CompletableFuture<LeaderCall.Answer> answer, long due) {}

    private record HandOver(long to, CompletableFuture<LeaderCall.Answer> answer, long due) {}

    /** Until this member, which was removed, goes; 0 if it is not going. */
    private int ticksToStay;

    /** The commit index after the start. */
    private final long knownAtStart;

    Changes(Loop.Desk desk, RaftCore raft, Applier applier, Node.Outside outside) {
        this.desk = desk;
        this.raft = raft;
        this.applier = applier;
        this.outside = outside;
        this.rules = new Rules(
                desk.config().birth().strictReconfigCheck(), desk.identity().memberId(), outside.peers());
        this.lastChangeIndex = applier.position().index();
        this.knownAtStart = raft.status().commit();
        publishAddresses();
    }

    void take(Mailbox.Input.Call call, long nowMillis) {
        long due = nowMillis + desk.config().timing().requestTimeoutMillis();
        switch (call.call()) {
            case LeaderCall.ChangeMembers change -> {
                parked.add(new Parked(change, call.answer(), due));
                retry(nowMillis);
            }
            case LeaderCall.MoveLeader move -> handOver(new HandOver(move.to(), call.answer(), due));
            case LeaderCall.RenewLease renew -> refuse(call.answer(), Refusal.NOT_LEADER);
            case LeaderCall.LeaseLife life -> refuse(call.answer(), Refusal.NOT_LEADER);
        }
    }

    /** A change entry was handed out to be applied. */
    void seen(long index) {
        lastChangeIndex = index;
    }

    void membersApplied(long index) {
        publishAddresses();
        long self = desk.identity().memberId();
        boolean leaves = applier.state().members().wasRemoved(self)
                && !raft.membership().members().contains(self);
        if (leaves && !raft.isLeader() && index > knownAtStart) goSoon();
    }

    /** By somebody who knows. */
    void toldOfRemoval() {
        goSoon();
    }

    /**
     * Others may not know yet that it is removed, and need its vote; its answer tells them. So it stays for as long as
     * somebody takes to ask. Who led then, or has restarted since, may be the only one who knows: of two members the other
     * would wait for its vote for ever. So it stays until it is told.
     */
    private void goSoon() {
        if (ticksToStay == 0) ticksToStay = 2 * desk.config().timing().electionTicks();
    }

    private void go() {
        if (ticksToStay == 0 || raft.isLeader()) return;
        if (--ticksToStay == 0) outside.shutOut().accept(REMOVED);
    }

    /** Whoever is removed by a joint change is still needed to end it (thesis 4.3), and so stays until then. */
    private void publishAddresses() {
        Members members = applier.state().members();
        long self = desk.identity().memberId();
        SortedSet<Long> takePart = raft.membership().members();
        if (members.all().isEmpty()) return;
        SortedMap<Long, Peers.Address> addresses = new TreeMap<>(Long::compareUnsigned);
        for (Member member : members.all()) addresses.put(member.id(), new Peers.Address(member.peerUrls()));
        for (long id : members.removed()) {
            if (takePart.contains(id)) addresses.put(id, new Peers.Address(members.peerUrls(id)));
        }
        addresses.remove(self);
        outside.peers().update(addresses);
    }

    void stop() {
        for (Parked one : parked) refuse(one.answer(), Refusal.STOPPED);
        for (HandOver one : handOvers) refuse(one.answer(), Refusal.STOPPED);
        parked.clear();
        handOvers.clear();
    }

    void tick(long nowMillis) {
        go();
        retry(nowMillis);
        handOvers.removeIf(one -> {
            boolean done =
                    raft.leader() != 0 && raft.leader() != desk.identity().memberId();
            if (done) one.answer().complete(LeaderCall.Answer.done(0));
            else if (nowMillis >= one.due()) refuse(one.answer(), Refusal.TIMEOUT_LEADER_FAIL);
            else return false;
            return true;
        });
    }

    void retry(long nowMillis) {
        if (parked.isEmpty()) return;
        List<Parked> all = List.copyOf(parked);
        parked.clear();
        for (Parked one : all) {
            if (nowMillis >= one.due()) refuse(one.answer(), Refusal.TIMEOUT);
            else if (!tried(one, nowMillis)) parked.add(one);
        }
    }

    /** False: not now, but perhaps soon. */
    private boolean tried(Parked one, long nowMillis) {
        if (!raft.isLeader()) return refuse(one.answer(), Refusal.NOT_LEADER);
        if (applier.position().index() < lastChangeIndex || raft.membership().isJoint()) return false;
        Members members = applier.state().members();
        List<MemberChange> changes = changes(one.change());
        Optional<Refusal> refusal = members.refusal(changes).or(() -> rules.refusal(members, changes, raft.status()));
        if (refusal.isPresent()) return refuse(one.answer(), refusal.get());
        long requestId = desk.requestIds().next();
        ChangeCodec.Encoded encoded = ChangeCodec.encode(requestId, changes);
        Proposed proposed = raft.proposeChange(encoded.raft(), encoded.kind(), encoded.data());
        return switch (proposed) {
            case ACCEPTED -> {
                wait(requestId, changes, one.answer(), nowMillis);
                yield true;
            }
            case CHANGE_PENDING, TRANSFERRING -> false;
            case FORWARDED, NO_LEADER -> refuse(one.answer(), Refusal.NOT_LEADER);
            case TOO_MUCH_UNCOMMITTED -> refuse(one.answer(), Refusal.TOO_MANY_REQUESTS);
            case CHANGE_INVALID -> refuse(one.answer(), Refusal.NOT_ENOUGH_STARTED_MEMBERS);
            case NOT_A_MEMBER -> refuse(one.answer(), Refusal.STOPPED);
        };
    }

    private void wait(
            long requestId, List<MemberChange> changes, CompletableFuture<LeaderCall.Answer> answer, long nowMillis) {
        CompletableFuture<Outcome> outcome = new CompletableFuture<>();
        desk.proposals()
                .watch(
                        new Proposals.Waiting(requestId, new Command.MembersChange(changes), outcome),
                        raft.term(),
                        nowMillis);
        var _ = outcome.thenAccept(done -> {
            if (done instanceof Outcome.Refused refused) refuse(answer, refused.reason());
            else answer.complete(LeaderCall.Answer.done(applier.position().index()));
        });
    }

    private static List<MemberChange> changes(LeaderCall.ChangeMembers wanted) {
        List<MemberChange> changes = new ArrayList<>();
        for (LeaderCall.ListedMember one : wanted.add())
            changes.add(
                    new MemberChange.Added(new Member(one.id(), one.name(), one.peerUrls(), List.of(), one.learner())));
        for (long id : wanted.promote()) changes.add(new MemberChange.Promoted(id));
        for (long id : wanted.remove()) changes.add(new MemberChange.Removed(id));
        for (LeaderCall.ListedMember one : wanted.update())
            changes.add(new MemberChange.Updated(one.id(), one.peerUrls()));
        return changes;
    }

    private void handOver(HandOver one) {
        if (!raft.isLeader()) refuse(one.answer(), Refusal.NOT_LEADER);
        else if (one.to() == desk.identity().memberId()) one.answer().complete(LeaderCall.Answer.done(0));
        else if (!raft.membership().voters().contains(one.to())) refuse(one.answer(), Refusal.BAD_LEADER_TRANSFEREE);
        else {
            raft.transferLeadership(one.to());
            handOvers.add(one);
        }
    }

    /** Hands over to the voter that is furthest of those heard of lately; done when somebody else leads. */
    void handOver(CompletableFuture<LeaderCall.Answer> done, long nowMillis) {
        FollowerView best = null;
        for (FollowerView one : raft.status().followers()) {
            if (one.learner() || !one.active() || applier.state().isAccused(one.id())) continue;
            if (best == null || one.match() > best.match()) best = one;
        }
        if (!raft.isLeader()) done.complete(LeaderCall.Answer.done(0));
        else if (best == null) refuse(done, Refusal.UNHEALTHY);
        else
            handOver(new HandOver(
                    best.id(), done, nowMillis + desk.config().timing().electionMillis()));
    }

    private static boolean refuse(CompletableFuture<LeaderCall.Answer> answer, Refusal reason) {
        answer.complete(LeaderCall.Answer.refused(reason.name()));
        return true;
    }

    /** Which changes of the membership are too dangerous now, although the list of members would take them. */
    static final class Rules {
        /** As etcd: only who has been connected for so long counts where others come or go. */
        private static final long HEALTHY_MILLIS = 5_000;

        /** As etcd: of a short log, most. */
        private static final int CAUGHT_UP_PERCENT = 90;

        /** A tenth of a long log is much: commits could have to wait for a new voter until it has that. */
        private static final long CAUGHT_UP_ENTRIES = 5_000;

        private final boolean strict;
        private final long self;
        private final Peers peers;

        Rules(boolean strict, long self, Peers peers) {
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
                if (one.id() == id) return caughtUp(one.match(), status.last().index());
            }
            return false;
        }

        static boolean caughtUp(long match, long last) {
            return match * 100 >= last * CAUGHT_UP_PERCENT && last - match <= CAUGHT_UP_ENTRIES;
        }

        /** After the change a majority of the voters must have started, or the cluster would stand still. */
        private static boolean startedEnough(Members members, List<MemberChange> changes) {
            Map<Long, Boolean> startedVoters = new TreeMap<>();
            for (Member member : members.all()) {
                if (!member.learner())
                    startedVoters.put(member.id(), !member.name().isEmpty());
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
            long started =
                    startedVoters.values().stream().filter(value -> value).count();
            boolean firstCompanion = loneVoter && startedVoters.size() == 2 && started == 1;
            return firstCompanion || started >= startedVoters.size() / 2 + 1;
        }

        /**
         * As etcd: with whoever comes counted as one that is not there, and without those that go, a majority of the voters
         * must be there. A lone voter may always get company, and who is out of reach may always go. (etcd counts who has connected
         * just now and is to go as missing twice; here it may go like any other.)
         */
        private Optional<Refusal> unreachable(Members members, List<MemberChange> changes) {
            List<Long> voters = members.all().stream()
                    .filter(member -> !member.learner())
                    .map(Member::id)
                    .toList();
            List<Long> gone = changes.stream()
                    .filter(MemberChange.Removed.class::isInstance)
                    .map(MemberChange::id)
                    .filter(voters::contains)
                    .toList();
            long come = changes.stream()
                    .filter(MemberChange.Added.class::isInstance)
                    .count();
            boolean weakens = (come > 0 && voters.size() > 1) || gone.stream().anyMatch(this::isConnected);
            if (!weakens) return Optional.empty();
            List<Long> left = voters.stream().filter(id -> !gone.contains(id)).toList();
            long there = left.stream().filter(this::isHealthy).count();
            boolean enough = left.isEmpty() || there > (left.size() + come) / 2;
            return enough ? Optional.empty() : Optional.of(Refusal.UNHEALTHY);
        }

        private boolean isConnected(long id) {
            return id == self || peers.connectedMillis(id) >= 0;
        }

        private boolean isHealthy(long id) {
            return id == self || peers.connectedMillis(id) >= HEALTHY_MILLIS;
        }
    }
}
