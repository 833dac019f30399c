package dev.quorate.store.raft;

import dev.quorate.store.Bytes;
import dev.quorate.store.Invariant;
import dev.quorate.store.raft.Message.Append;
import dev.quorate.store.raft.Message.AppendRefusal;
import dev.quorate.store.raft.Message.AppendReply;
import dev.quorate.store.raft.Message.Heartbeat;
import dev.quorate.store.raft.Message.HeartbeatReply;
import dev.quorate.store.raft.Message.InstallSnapshot;
import dev.quorate.store.raft.Message.PreVoteReply;
import dev.quorate.store.raft.Message.PreVoteRequest;
import dev.quorate.store.raft.Message.VoteReply;
import dev.quorate.store.raft.Message.VoteRequest;
import dev.quorate.store.raft.Ready.Outbox;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a member knows whatever its role is: term, vote, log, commit, membership; and what every role does alike:
 * answer votes, take over entries and snapshots, hand out what is committed.
 */
final class RaftState {
    /*
     * 1. term never decreases; vote changes only from 0 within a term.
     * 2. base <= delivered <= commit <= last; durableIndex <= last.
     * 3. Entries up to commit are never cut.
     * 4. Votes and acknowledgements of entries leave through sendAfterPersist and nowhere else.
     */
    final RaftConfig config;
    final RaftLog log;
    final Durability durability;
    final Outbox out = new Outbox();

    Membership membership;
    long term;
    long vote;
    long leader;
    long commit;

    /**
     * A committed change of the membership, 0 if none, about which neither this member's state nor the others may hear
     * before the commit index is durable here. A removed member that hears of it goes away; if this one could forget, it
     * would wait for that one's vote for ever.
     */
    private long heldChange;

    /** Handed out to be applied. */
    long delivered;

    long applied;
    /** Never asks for votes. */
    boolean abstains;

    /** Change entries handed out for which applyChange has not been called yet. */
    int changesDue;

    /** A vote for oneself would not become durable. */
    boolean diskIsStalled;

    int electionElapsed;
    int electionTimeout;

    /** Since a leader was heard of. Who may not campaign begins the next election timeout, but has heard of nobody. */
    int silentTicks;

    /** The acknowledgement that this turn owes to the leader, 0 if none. */
    private long ackOwed;

    private long lastAck;
    private long lastAckTerm;
    private long lastAckBatch;

    private long nextReadContext;

    RaftState(RaftConfig config, Restored restored) {
        this.config = config;
        this.log = new RaftLog(restored.base());
        restored.entries().forEach(log::append);
        HardState hard = restored.hardState();
        this.durability = new Durability(hard, log.lastIndex());
        this.membership = restored.membership();
        this.applied = restored.applied();
        this.delivered = restored.applied();
        Invariant.check(
                applied >= log.base().index() && applied <= log.lastIndex(),
                "the applied index is not in the log",
                log.base().index(),
                applied,
                log.lastIndex());
        /* A write torn between entries and hard state leaves entries of a newer term. Their leader was elected by a
        majority of durable votes, so that no vote that this member could have given in that term matters. */
        this.term = Math.max(hard.term(), log.last().term());
        this.vote = term == hard.term() ? hard.vote() : 0;
        this.commit = Math.max(Math.max(hard.commit(), applied), provenCommit());
        Invariant.check(commit <= log.lastIndex(), "the log has lost committed entries", commit, log.lastIndex());
        this.heldChange = log.firstChange(applied, commit);
        this.nextReadContext = config.random().nextLong();
        restartElectionTimer();
    }

    /* A leader appends a change only when it has applied the one before: two in one log prove the first committed. */
    private long provenCommit() {
        long newest = log.lastChange(applied, log.lastIndex());
        return newest == 0 ? 0 : log.lastChange(applied, newest - 1);
    }

    long self() {
        return config.self();
    }

    boolean isVoter() {
        return membership.isVoter(self());
    }

    /** Removed, or not yet told of having been added. */
    boolean isOutsider() {
        return !membership.voters().isEmpty() && !membership.contains(self());
    }

    /** Voters and learners. */
    List<Long> others() {
        List<Long> others = new ArrayList<>(membership.members());
        others.remove(self());
        return others;
    }

    void restartElectionTimer() {
        electionElapsed = 0;
        electionTimeout = config.electionTicks() + config.random().nextInt(config.electionTicks());
    }

    /** Becomes a follower of a leader that may be unknown (0), in a term that is not older. */
    Role follow(long newTerm, long newLeader) {
        enter(newTerm);
        leader = newLeader;
        silentTicks = 0;
        restartElectionTimer();
        out.note(new Notice.BecameFollower(term, leader));
        return new Follower();
    }

    /** Moves to this term, if it is newer. */
    void enter(long newTerm) {
        Invariant.check(newTerm >= term, "the term would go back", term, newTerm);
        if (newTerm == term) return;
        term = newTerm;
        vote = 0;
        ackOwed = 0;
    }

    void heardFromLeader(long from) {
        if (leader != from) out.note(new Notice.LeaderKnown(term, from));
        Invariant.check(leader == 0 || leader == from, "two leaders in one term", term, leader, from);
        leader = from;
        electionElapsed = 0;
        silentTicks = 0;
    }

    // ---------------------------------------------------------------------------------------------- votes

    /** Whether a leader was heard so recently that an election would only disturb (thesis 4.2.3). */
    boolean isLeaseProtected() {
        return config.checkQuorum() && leader != 0 && silentTicks < config.electionTicks();
    }

    void answer(PreVoteRequest request) {
        if (isLeaseProtected()) {
            out.note(new Notice.LeaseProtected(request.from(), request.term()));
            return;
        }
        boolean granted = request.term() >= term && request.last().isAtLeastAsUpToDateAs(log.last());
        out.note(new Notice.PreVoteAnswered(request.from(), request.term() + 1, granted));
        out.send(new PreVoteReply(self(), request.from(), term, request.term(), granted, lastCommitted()));
    }

    /** The request is of this member's term. */
    void answer(VoteRequest request) {
        boolean free = vote == request.from() || (vote == 0 && leader == 0);
        boolean granted = free && request.last().isAtLeastAsUpToDateAs(log.last());
        if (granted) {
            vote = request.from();
            electionElapsed = 0;
        }
        out.note(new Notice.VoteAnswered(request.from(), term, granted));
        out.sendAfterPersist(new VoteReply(self(), request.from(), term, granted, lastCommitted()));
    }

    /** A committed membership change that is not applied yet: whoever campaigns now counts the wrong votes. */
    boolean hasUnappliedChange() {
        return log.lastChange(delivered, commit) != 0;
    }

    // ---------------------------------------------------------------------------------------------- log

    /** Takes over the leader's entries, or says where the logs may still agree. */
    void accept(Append append) {
        EntryId prev = append.prev();
        if (prev.index() < commit) {
            acknowledge(commit);
            return;
        }
        if (!log.contains(prev)) {
            refuse(prev);
            return;
        }
        for (Entry entry : append.entries()) {
            if (log.contains(entry.id())) continue;
            if (entry.index() <= log.lastIndex()) truncateFrom(entry.index());
            log.append(entry);
        }
        long agreed = prev.index() + append.entries().size();
        commitTo(Math.min(append.commit(), agreed));
        acknowledge(agreed);
    }

    private void refuse(EntryId prev) {
        long index = Math.max(commit, log.lastWithTermAtMost(prev.index(), prev.term()));
        EntryId hint = new EntryId(log.term(index), index);
        out.note(new Notice.AppendRefused(prev.index(), hint));
        out.send(new AppendRefusal(self(), leader, term, prev.index(), hint));
    }

    private void truncateFrom(long index) {
        Invariant.check(index > commit, "a committed entry would be replaced", commit, index);
        log.truncateFrom(index);
        durability.truncatedFrom(index);
        out.note(new Notice.LogTruncated(index));
    }

    void append(EntryKind kind, Bytes data) {
        log.append(new Entry(term, log.lastIndex() + 1, kind, data));
    }

    EntryId lastCommitted() {
        return new EntryId(log.term(tellableCommit()), tellableCommit());
    }

    /** What others may be told to be committed, and what may be handed out. */
    long tellableCommit() {
        return heldChange == 0 ? commit : heldChange - 1;
    }

    /*
     * A candidate may need the vote of a member that is removed, and not get it, because that one has more entries,
     * which nobody will ever commit, or because it is gone. So whoever is asked tells what is committed: maybe the
     * candidate has the removal in its log. And who asks tells it as well: maybe one with more entries has become a voter
     * without knowing, and only that one can win.
     */
    void learnCommitted(EntryId committed) {
        if (log.contains(committed)) commitTo(committed.index());
    }

    void commitTo(long index) {
        if (index <= commit) return;
        Invariant.check(
                index <= log.lastIndex(),
                "the leader counts on entries that this member lost; was its disk replaced?",
                index,
                log.lastIndex());
        if (heldChange == 0) heldChange = log.firstChange(commit, index);
        commit = index;
    }

    /** A whole state is on the disk. It is taken if it knows more than the log, whoever sent it: it is committed. */
    void accept(InstallSnapshot snapshot) {
        EntryId base = snapshot.base();
        if (base.index() <= commit) {
            out.note(new Notice.SnapshotNotNeeded(base));
            acknowledge(commit);
            return;
        }
        if (log.contains(base)) {
            out.note(new Notice.SnapshotNotNeeded(base));
            commitTo(base.index());
            acknowledge(base.index());
            return;
        }
        durability.truncatedFrom(commit + 1);
        durability.restartAt(base.index());
        log.reset(base);
        commit = base.index();
        heldChange = 0;
        delivered = base.index();
        applied = base.index();
        membership = snapshot.membership();
        out.install(snapshot);
        out.note(new Notice.SnapshotInstalled(base));
        acknowledge(base.index());
    }

    private void acknowledge(long match) {
        ackOwed = Math.max(ackOwed, match);
    }

    /* One acknowledgement per turn is enough, and none if a batch under way already carries as much. */
    private void sendAcknowledgement() {
        if (ackOwed == 0 || leader == 0 || leader == self()) return;
        boolean underWay = lastAckTerm == term && lastAck >= ackOwed && !durability.isDurable(lastAckBatch);
        if (!underWay) out.sendAfterPersist(new AppendReply(self(), leader, term, ackOwed));
    }

    void answer(Heartbeat heartbeat) {
        commitTo(heartbeat.commit());
        out.send(new HeartbeatReply(
                self(),
                heartbeat.from(),
                term,
                heartbeat.readContext(),
                durability.durable().commit()));
    }

    void refuseForward(long from) {
        out.note(new Notice.ForwardRefused(from, Proposed.NO_LEADER));
    }

    long nextReadContext() {
        return nextReadContext++;
    }

    // ---------------------------------------------------------------------------------------------- turn

    Ready drain() {
        Invariant.check(changesDue == 0, "applyChange was not called for every change", changesDue);
        sendAcknowledgement();
        List<Entry> committed = deliver();
        List<Entry> entries = log.range(durability.writtenIndex() + 1, log.lastIndex());
        HardState hard = hardStateToWrite(!entries.isEmpty() || out.installs());
        long batch = 0;
        if (hard != null || !entries.isEmpty() || out.installs()) {
            batch = durability.begin(hard, log.lastIndex());
        } else if (out.holdsMessages()) {
            if (durability.isIdle()) {
                out.releaseHeld();
            } else {
                batch = durability.begin(null, log.lastIndex());
            }
        }
        rememberAcknowledgement(batch);
        return out.drain(batch, hard, entries, committed);
    }

    private void rememberAcknowledgement(long batch) {
        if (ackOwed != 0 && batch != 0) {
            lastAck = ackOwed;
            lastAckTerm = term;
            lastAckBatch = batch;
        }
        ackOwed = 0;
    }

    private List<Entry> deliver() {
        while (heldChange != 0 && durability.durable().commit() >= heldChange)
            heldChange = log.firstChange(heldChange, commit);
        long end = Math.min(tellableCommit(), durability.durableIndex());
        List<Entry> committed = log.range(delivered + 1, end);
        for (Entry entry : committed) {
            if (entry.kind().isChange()) changesDue++;
        }
        delivered = Math.max(delivered, end);
        return committed;
    }

    /*
     * Commit alone is not worth a write: the leader tells it again. It rides along with entries, because a change in the
     * log must not become durable before the news that the change before it is committed. And it is written when a
     * change waits for it.
     */
    private @Nullable HardState hardStateToWrite(boolean writesAnyway) {
        HardState written = durability.written();
        HardState now = new HardState(term, vote, commit);
        if (now.equals(written)) return null;
        boolean promised = term != written.term() || vote != written.vote();
        boolean changeWaits = heldChange > written.commit();
        return promised || writesAnyway || changeWaits ? now : null;
    }
}
