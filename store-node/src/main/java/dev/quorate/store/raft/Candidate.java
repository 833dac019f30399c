package dev.quorate.store.raft;

import dev.quorate.store.Bytes;
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
import dev.quorate.store.raft.Notice.CampaignHeldBack;
import dev.quorate.store.raft.Quorum.Ballot;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Asks for votes: as a pre-candidate whether an election could be won, which costs nobody a term; then in earnest.
 *
 * <p>Requests for real votes leave when the own vote is durable. Otherwise a crash could forget term and log with which
 * votes were won, and the same term be fought again with a shorter log.
 */
final class Candidate implements Role {
    private final boolean pre;
    private final SortedMap<Long, Boolean> votes = new TreeMap<>();

    private Candidate(boolean pre) {
        this.pre = pre;
    }

    /** Starts an election if this member may lead; else the present role goes on. */
    static Role start(RaftState state, Role present, boolean transfer) {
        if (!state.isVoter() || state.abstains) return present;
        if (state.hasUnappliedChange()) {
            state.out.note(new CampaignHeldBack(state.term, CampaignHeldBack.Reason.UNAPPLIED_CHANGE));
            return present;
        }
        if (state.diskIsStalled) {
            state.out.note(new CampaignHeldBack(state.term, CampaignHeldBack.Reason.STALLED_DISK));
            return present;
        }
        return state.config.preVote() && !transfer ? preElection(state) : election(state, transfer);
    }

    private static Role preElection(RaftState state) {
        state.leader = 0;
        state.restartElectionTimer();
        state.out.note(new Notice.BecamePreCandidate(state.term));
        for (long id : state.others()) {
            state.out.send(new PreVoteRequest(state.self(), id, state.term, state.log.last(), state.lastCommitted()));
        }
        return new Candidate(true).count(state, state.self(), true);
    }

    private static Role election(RaftState state, boolean transfer) {
        state.enter(state.term + 1);
        state.vote = state.self();
        state.leader = 0;
        state.restartElectionTimer();
        state.out.note(new Notice.BecameCandidate(state.term, transfer));
        for (long id : state.others()) {
            if (!state.membership.isVoter(id)) continue;
            state.out.sendAfterPersist(
                    new VoteRequest(state.self(), id, state.term, state.log.last(), state.lastCommitted(), transfer));
        }
        return new Candidate(false);
    }

    boolean isPreCandidate() {
        return pre;
    }

    @Override
    public Role onTick(RaftState state) {
        if (++state.electionElapsed < state.electionTimeout) return this;
        state.restartElectionTimer();
        return campaign(state);
    }

    @Override
    public Role onMessage(RaftState state, Message message) {
        return switch (message) {
            case Append _, Heartbeat _, InstallSnapshot _ ->
                state.follow(state.term, message.from()).onMessage(state, message);
            case PreVoteReply reply ->
                pre && reply.askedTerm() == state.term ? count(state, reply.from(), reply.granted()) : this;
            case VoteReply reply -> pre ? this : count(state, reply.from(), reply.granted());
            case VoteRequest request -> {
                state.answer(request);
                yield this;
            }
            case TimeoutNow _ -> start(state, this, true);
            case Forward forward -> {
                state.refuseForward(forward.from());
                yield this;
            }
            case ForwardChange forward -> {
                state.refuseForward(forward.from());
                yield this;
            }
            case PreVoteRequest _,
                    AppendReply _,
                    AppendRefusal _,
                    HeartbeatReply _,
                    ReadRequest _,
                    ReadReply _,
                    Message.Aside _,
                    TransferRequest _ -> this;
        };
    }

    private Role count(RaftState state, long voter, boolean granted) {
        votes.putIfAbsent(voter, granted);
        return switch (Quorum.tally(state.membership, this::ballot)) {
            case OPEN -> this;
            case LOST -> state.follow(state.term, 0);
            case WON -> pre ? election(state, false) : Leader.elected(state);
        };
    }

    private Ballot ballot(long id) {
        Boolean vote = votes.get(id);
        if (vote == null) return Ballot.MISSING;
        return vote ? Ballot.YES : Ballot.NO;
    }

    @Override
    public Role onPersisted(RaftState state) {
        HardState durable = state.durability.durable();
        boolean ownVote = !pre && durable.term() == state.term && durable.vote() == state.self();
        return ownVote ? count(state, state.self(), true) : this;
    }

    @Override
    public Role onMembership(RaftState state) {
        return state.isVoter() ? this : state.follow(state.term, 0);
    }

    @Override
    public Role onTurnEnd(RaftState state) {
        return this;
    }

    @Override
    public void leave(RaftState state) {}

    @Override
    public Role campaign(RaftState state) {
        return start(state, this, false);
    }

    @Override
    public Proposed propose(RaftState state, List<Bytes> datas) {
        return Proposed.NO_LEADER;
    }

    @Override
    public Proposed proposeChange(RaftState state, MembershipChange change, EntryKind kind, Bytes data) {
        return Proposed.NO_LEADER;
    }

    @Override
    public void read(RaftState state, long readId) {
        state.out.readLost(readId);
    }

    @Override
    public void transfer(RaftState state, long to) {
        state.out.note(new Notice.TransferRefused(to));
    }
}
