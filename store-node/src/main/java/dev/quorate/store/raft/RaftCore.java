package dev.quorate.store.raft;

import dev.quorate.store.Bytes;
import dev.quorate.store.Invariant;
import dev.quorate.store.raft.Message.Append;
import dev.quorate.store.raft.Message.AppendRefusal;
import dev.quorate.store.raft.Message.AppendReply;
import dev.quorate.store.raft.Message.Forward;
import dev.quorate.store.raft.Message.ForwardChange;
import dev.quorate.store.raft.Message.Heartbeat;
import dev.quorate.store.raft.Message.HeartbeatReply;
import dev.quorate.store.raft.Message.InstallSnapshot;
import dev.quorate.store.raft.Message.PreVoteReply;
import dev.quorate.store.raft.Message.PreVoteRequest;
import dev.quorate.store.raft.Message.ReadReply;
import dev.quorate.store.raft.Message.ReadRequest;
import dev.quorate.store.raft.Message.TimeoutNow;
import dev.quorate.store.raft.Message.TransferRequest;
import dev.quorate.store.raft.Message.VoteReply;
import dev.quorate.store.raft.Message.VoteRequest;
import dev.quorate.store.raft.RaftStatus.FollowerView;
import dev.quorate.store.raft.RaftStatus.RoleName;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * One member's consensus as a plain object: ticks, messages and proposals go in, {@link Ready} comes out. Not safe for
 * use by several threads.
 */
public final class RaftCore {
    private final RaftState state;
    private Role role = new Follower();
    /** Something happened since the last Ready. */
    private boolean dirty = true;

    public RaftCore(RaftConfig config, Restored restored) {
        this.state = new RaftState(config, restored);
    }

    /** One unit of time has passed. */
    public void tick() {
        become(role.onTick(state));
    }

    /**
     * Most of an election timeout counts as passed: who has just started need not sit it out. Two ticks at least are
     * left, so that a leader that is there can be heard.
     */
    public void skipTicks() {
        if (!(role instanceof Follower) || state.leader != 0) return;
        state.electionElapsed = Math.max(state.electionElapsed, state.config.electionTicks() - 2);
        state.out.note(new Notice.TicksSkipped(state.electionElapsed, state.electionTimeout));
        dirty = true;
    }

    /** As long as the own disk stalls this member does not campaign. */
    public void diskStalls(boolean stalls) {
        state.diskIsStalled = stalls;
    }

    /** A message of another member arrived (or a snapshot is complete on the disk). */
    public void step(Message message) {
        if (message.to() != state.self()) return;
        learnCommitted(message);
        switch (message) {
            case PreVoteRequest request -> state.answer(request);
            case PreVoteReply reply when reply.term() < state.term -> become(role.onMessage(state, reply));
            case VoteRequest request
            when isDisturbance(request) -> state.out.note(new Notice.LeaseProtected(request.from(), request.term()));
            case Message old when old.term() < state.term -> stepStale(old);
            case Message current -> {
                if (current.term() > state.term) become(followNewer(current));
                become(role.onMessage(state, current));
            }
        }
        dirty = true;
    }

    private void learnCommitted(Message message) {
        switch (message) {
            case PreVoteRequest request -> state.learnCommitted(request.committed());
            case PreVoteReply reply -> state.learnCommitted(reply.committed());
            case VoteRequest request -> state.learnCommitted(request.committed());
            case VoteReply reply -> state.learnCommitted(reply.committed());
            default -> {}
        }
    }

    private boolean isDisturbance(VoteRequest request) {
        return request.term() > state.term && !request.transfer() && state.isLeaseProtected();
    }

    private Role followNewer(Message message) {
        if (role instanceof Leader) {
            state.out.note(new Notice.SteppedDown(state.term, Notice.SteppedDown.Why.HIGHER_TERM));
        }
        boolean fromLeader = message instanceof Append || message instanceof Heartbeat;
        return state.follow(message.term(), fromLeader ? message.from() : 0);
    }

    /**
     * The sender's term is over. A deposed leader learns it from the answer, as does a candidate; what needs no term is
     * taken anyway.
     */
    private void stepStale(Message message) {
        switch (message) {
            case Append _, Heartbeat _ -> {
                long commit = state.durability.durable().commit();
                state.out.send(new HeartbeatReply(state.self(), message.from(), state.term, 0, commit));
            }
            case VoteRequest request ->
                state.out.send(new VoteReply(state.self(), request.from(), state.term, false, state.lastCommitted()));
            case InstallSnapshot snapshot -> {
                // Votes were asked for with the log that the snapshot may replace.
                if (role instanceof Candidate) become(state.follow(state.term, 0));
                state.accept(snapshot);
            }
            // An entry carries the term in which its proposal was taken, or the sender could not tell when it is lost.
            case Forward forward -> state.refuseForward(forward.from());
            case ForwardChange forward -> state.refuseForward(forward.from());
            case TransferRequest _ -> become(role.onMessage(state, message));
            case PreVoteRequest _,
                    PreVoteReply _,
                    VoteReply _,
                    AppendReply _,
                    AppendRefusal _,
                    HeartbeatReply _,
                    TimeoutNow _,
                    ReadRequest _,
                    ReadReply _,
                    Message.Aside _ -> {}
        }
    }

    private void become(Role next) {
        dirty = true;
        if (next == role) return;
        role.leave(state);
        role = next;
    }

    /** Appends to the log here, or sends to the leader. All or nothing. */
    public Proposed propose(List<Bytes> datas) {
        dirty = true;
        return role.propose(state, datas);
    }

    /** As propose; {@code data} is what the log carries, {@code change} its meaning. */
    public Proposed proposeChange(MembershipChange change, EntryKind kind, Bytes data) {
        Invariant.check(kind.isChange(), "a membership change needs an entry of a change kind");
        dirty = true;
        return role.proposeChange(state, change, kind, data);
    }

    /** Asks for a linearizable read point. Answered once, in Ready.reads or Ready.readsLost; ids must be unique. */
    public void read(long readId) {
        dirty = true;
        role.read(state, readId);
    }

    public void transferLeadership(long to) {
        dirty = true;
        role.transfer(state, to);
    }

    /** An abstaining member follows and votes, but never asks for votes: somebody else should lead. */
    public void abstain(boolean abstains) {
        state.abstains = abstains;
    }

    /**
     * Starts an election as if the timeout had passed (with a pre-vote round if configured). One that is under way goes on:
     * it may wait for its own vote to be durable, and begun anew at each call it would for ever.
     */
    public void campaignNow() {
        if (role instanceof Candidate candidate && !candidate.isPreCandidate()) return;
        become(role.campaign(state));
    }

    /** A message to this follower could not be delivered. */
    public void reportUnreachable(long id) {
        dirty = true;
        if (role instanceof Leader leader) leader.replication().unreachable(id);
    }

    /** The snapshot stream to this follower ended: it has everything up to this index; 0: nothing new. */
    public void reportSnapshot(long to, long delivered) {
        dirty = true;
        if (role instanceof Leader leader) leader.replication().snapshotEnded(to, delivered);
    }

    /**
     * To be called exactly once for every change entry in Ready.committed, in order, before the next call of any other
     * method; with {@link MembershipChange#NONE} for an entry that turned out to be void.
     */
    public Membership applyChange(MembershipChange change) {
        Invariant.check(state.changesDue > 0, "no change entry is waiting to be applied");
        state.changesDue--;
        Optional<Membership> next = state.membership.after(change);
        if (next.isEmpty()) {
            state.out.note(new Notice.ChangeIgnored(change));
        } else if (!next.get().equals(state.membership)) {
            state.membership = next.get();
            state.out.note(new Notice.MembershipChanged(state.membership));
            become(role.onMembership(state));
        }
        dirty = true;
        return state.membership;
    }

    /** This batch and all before it are durable. */
    public void persisted(long batch) {
        state.durability.completed(batch);
        become(role.onPersisted(state));
    }

    /** The state machine has come this far. */
    public void applied(long index) {
        Invariant.check(index <= state.delivered, "applied what was not handed out", index, state.delivered);
        state.applied = Math.max(state.applied, index);
    }

    /** The entries in memory up to this index. */
    public List<Entry> held(long toIndex) {
        return state.log.range(state.log.base().index() + 1, toIndex);
    }

    /** Forgets the entries up to this index, which must be applied. */
    public void compact(long index) {
        Invariant.check(index <= state.applied, "only applied entries can be compacted", index, state.applied);
        if (role instanceof Leader leader) leader.accountCommitted(state);
        state.log.compact(index);
    }

    public boolean hasReady() {
        return dirty;
    }

    /** What there is to do now; it counts as under way. */
    public Ready ready() {
        become(role.onTurnEnd(state));
        dirty = false;
        return state.drain();
    }

    public boolean isLeader() {
        return role instanceof Leader;
    }

    public boolean isTransferring() {
        return role instanceof Leader leader && leader.transferTarget() != 0;
    }

    public long term() {
        return state.term;
    }

    /** 0 if unknown. */
    public long leader() {
        return state.leader;
    }

    public long commit() {
        return state.commit;
    }

    public Membership membership() {
        return state.membership;
    }

    public RaftStatus status() {
        return new RaftStatus(
                state.self(),
                roleName(),
                state.term,
                state.vote,
                state.leader,
                state.commit,
                state.durability.durableIndex(),
                state.applied,
                state.log.base(),
                state.log.last(),
                state.membership,
                role instanceof Leader leader ? leader.transferTarget() : 0,
                followers());
    }

    private RoleName roleName() {
        return switch (role) {
            case Follower _ -> RoleName.FOLLOWER;
            case Candidate candidate -> candidate.isPreCandidate() ? RoleName.PRE_CANDIDATE : RoleName.CANDIDATE;
            case Leader _ -> RoleName.LEADER;
        };
    }

    private List<FollowerView> followers() {
        if (!(role instanceof Leader leader)) return List.of();
        List<FollowerView> views = new ArrayList<>();
        for (FollowerProgress follower : leader.replication().all()) {
            views.add(follower.view(!state.membership.isVoter(follower.id)));
        }
        return views;
    }
}
