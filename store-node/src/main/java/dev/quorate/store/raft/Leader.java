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
import dev.quorate.store.raft.Notice.SteppedDown;
import java.util.ArrayList;
import java.util.List;

/** Decides what is in the log, as long as a quorum follows it. */
final class Leader implements Role {
    /** Of what is forwarded while leadership is being handed over, which takes an election timeout at most. */
    private static final long MAX_KEPT_BYTES = 32L << 20;

    /*
     * 1. Never cuts or replaces an entry of its log.
     * 2. Counts acknowledgements only for entries of its own term; older ones are committed with them (thesis 3.6.2).
     * 3. Counts itself only for what its own disk holds.
     * 4. Appends a membership change only when the one before it is applied here and an entry of the term is committed.
     * 5. When it is no longer a voter it goes on, without counting itself, until a quorum of the others can never
     *    forget that; else they might need the vote of one who is gone.
     */
    private static final int FAREWELL_ELECTION_TIMEOUTS = 2;

    private final Replication replication;
    private final ReadRounds reads;
    private int heartbeatElapsed;
    private long transferTarget;
    private int transferElapsed;
    /** The newest change in the log; it is pending until it is delivered. */
    private long changeIndex;
    /** The entry that made this leader a stranger, 0 as long as it is a voter. */
    private long farewellIndex;

    private int farewellTimeouts;
    private long uncommittedBytes;
    private long accountedCommit;

    private final List<Forward> kept = new ArrayList<>();
    private long keptBytes;

    private Leader(RaftState state) {
        this.replication = new Replication(state);
        this.reads = new ReadRounds(state);
        this.changeIndex = state.log.lastChange(state.delivered, state.log.lastIndex());
        this.accountedCommit = state.commit;
    }

    static Role elected(RaftState state) {
        state.leader = state.self();
        state.silentTicks = 0;
        state.electionElapsed = 0;
        state.out.note(new Notice.BecameLeader(state.term));
        Leader leader = new Leader(state);
        for (long i = state.commit + 1; i <= state.log.lastIndex(); i++) {
            leader.uncommittedBytes += state.log.entry(i).data().size();
        }
        leader.append(state, EntryKind.NORMAL, Bytes.EMPTY);
        return leader;
    }

    Replication replication() {
        return replication;
    }

    long transferTarget() {
        return transferTarget;
    }

    // ---------------------------------------------------------------------------------------------- time

    @Override
    public Role onTick(RaftState state) {
        replication.tick();
        if (transferTarget != 0 && ++transferElapsed >= state.config.electionTicks()) {
            state.out.note(new Notice.TransferTimedOut(transferTarget));
            endTransfer(state);
        }
        if (++state.electionElapsed >= state.config.electionTicks()) {
            state.electionElapsed = 0;
            reads.expire();
            if (farewellIndex != 0 && ++farewellTimeouts >= FAREWELL_ELECTION_TIMEOUTS) return retire(state);
            if (state.config.checkQuorum() && !replication.quorumIsActive()) {
                return stepDown(state, SteppedDown.Why.QUORUM_LOST);
            }
            replication.startActivityCheck();
        }
        if (++heartbeatElapsed >= state.config.heartbeatTicks()) {
            heartbeatElapsed = 0;
            replication.heartbeat(reads.newest(), true);
        }
        return this;
    }

    private static Role stepDown(RaftState state, SteppedDown.Why why) {
        state.out.note(new SteppedDown(state.term, why));
        return state.follow(state.term, 0);
    }

    // ---------------------------------------------------------------------------------------------- messages

    @Override
    public Role onMessage(RaftState state, Message message) {
        FollowerProgress follower = replication.of(message.from());
        if (follower != null) follower.heard();
        switch (message) {
            case AppendReply reply -> {
                if (follower != null && replication.acknowledged(follower, reply.match())) onProgress(state, follower);
            }
            case AppendRefusal refusal -> {
                if (follower != null) replication.refused(follower, refusal);
            }
            case HeartbeatReply reply -> {
                if (follower != null) return onHeartbeatReply(state, follower, reply);
            }
            case ReadRequest request -> reads.add(request.from(), request.context());
            case Forward forward -> takeForwarded(state, forward);
            case ForwardChange forward ->
                noteRefusal(
                        state, forward.from(), proposeChange(state, forward.change(), forward.kind(), forward.data()));
            case TransferRequest request -> transfer(state, request.target());
            case VoteRequest request -> state.answer(request);
            case InstallSnapshot snapshot -> state.accept(snapshot);
            case Append _, Heartbeat _ ->
                Invariant.check(false, "two leaders in one term", state.term, state.self(), message.from());
            case PreVoteRequest _, PreVoteReply _, VoteReply _, ReadReply _, TimeoutNow _, Message.Aside _ -> {}
        }
        return this;
    }

    private static void noteRefusal(RaftState state, long from, Proposed result) {
        if (result != Proposed.ACCEPTED) state.out.note(new Notice.ForwardRefused(from, result));
    }

    private void onProgress(RaftState state, FollowerProgress follower) {
        commitByCounting(state);
        if (follower.id == transferTarget) handOverIfCaughtUp(state, follower);
    }

    private Role onHeartbeatReply(RaftState state, FollowerProgress follower, HeartbeatReply reply) {
        follower.readRound = Math.max(follower.readRound, reply.readContext());
        follower.durableCommit = Math.max(follower.durableCommit, reply.durableCommit());
        replication.heartbeatAnswered(follower);
        reads.confirm(replication);
        return farewellIndex != 0 && restKnowsOfFarewell(state) ? retire(state) : this;
    }

    private void commitByCounting(RaftState state) {
        long index = Quorum.reached(state.membership, replication::matchOf);
        if (index > state.commit && state.log.term(index) == state.term) state.commitTo(index);
    }

    @Override
    public Role onPersisted(RaftState state) {
        commitByCounting(state);
        return this;
    }

    @Override
    public Role onTurnEnd(RaftState state) {
        leaveJointIfDue(state);
        if (reads.begin()) {
            replication.heartbeat(reads.newest(), false);
            reads.confirm(replication);
        }
        replication.flush();
        return this;
    }

    @Override
    public void leave(RaftState state) {
        reads.loseAll();
    }

    // ---------------------------------------------------------------------------------------------- proposals

    @Override
    public Proposed propose(RaftState state, List<Bytes> datas) {
        if (farewellIndex != 0) return Proposed.NOT_A_MEMBER;
        if (transferTarget != 0) return Proposed.TRANSFERRING;
        long bytes = 0;
        for (Bytes data : datas) bytes += data.size();
        accountCommitted(state);
        boolean tooMuch = uncommittedBytes > 0 && uncommittedBytes + bytes > state.config.maxUncommittedBytes();
        if (tooMuch) return Proposed.TOO_MUCH_UNCOMMITTED;
        for (Bytes data : datas) append(state, EntryKind.NORMAL, data);
        return Proposed.ACCEPTED;
    }

    @Override
    public Proposed proposeChange(RaftState state, MembershipChange change, EntryKind kind, Bytes data) {
        if (farewellIndex != 0) return Proposed.NOT_A_MEMBER;
        if (transferTarget != 0) return Proposed.TRANSFERRING;
        if (isChangePending(state) || !ReadRounds.hasCommittedInTerm(state)) return Proposed.CHANGE_PENDING;
        if (state.membership.isJoint() && !change.leaveJoint()) return Proposed.CHANGE_PENDING;
        if (state.membership.after(change).isEmpty()) return Proposed.CHANGE_INVALID;
        append(state, kind, data);
        return Proposed.ACCEPTED;
    }

    private boolean isChangePending(RaftState state) {
        return changeIndex > state.delivered;
    }

    private void append(RaftState state, EntryKind kind, Bytes data) {
        state.append(kind, data);
        uncommittedBytes += data.size();
        if (kind.isChange()) changeIndex = state.log.lastIndex();
    }

    /** Before entries are forgotten and when room is needed. */
    void accountCommitted(RaftState state) {
        while (accountedCommit < state.commit) {
            uncommittedBytes -= state.log.entry(++accountedCommit).data().size();
        }
    }

    @Override
    public void read(RaftState state, long readId) {
        reads.add(state.self(), readId);
    }

    @Override
    public Role campaign(RaftState state) {
        return this;
    }

    // ---------------------------------------------------------------------------------------------- membership

    @Override
    public Role onMembership(RaftState state) {
        replication.adopt(state.membership);
        if (transferTarget != 0 && !state.membership.isVoter(transferTarget)) endTransfer(state);
        commitByCounting(state);
        reads.confirm(replication);
        if (state.isVoter()) {
            farewellIndex = 0;
        } else if (farewellIndex == 0) {
            farewellIndex = changeIndex;
            farewellTimeouts = 0;
        }
        return this;
    }

    private void leaveJointIfDue(RaftState state) {
        Membership membership = state.membership;
        boolean due = membership.isJoint() && membership.autoLeave() && !isChangePending(state) && transferTarget == 0;
        if (!due) return;
        state.out.note(new Notice.LeavingJoint());
        append(state, EntryKind.CHANGE_V2, Bytes.EMPTY);
    }

    private boolean restKnowsOfFarewell(RaftState state) {
        return Quorum.is(state.membership, id -> {
            FollowerProgress follower = replication.of(id);
            return follower != null && follower.durableCommit >= farewellIndex;
        });
    }

    /* The most advanced voter should not have to wait for its election timeout. */
    private Role retire(RaftState state) {
        for (FollowerProgress follower : replication.all()) {
            if (state.membership.isVoter(follower.id) && follower.match == state.log.lastIndex()) {
                state.out.send(new TimeoutNow(state.self(), follower.id, state.term));
                break;
            }
        }
        return stepDown(state, SteppedDown.Why.REMOVED);
    }

    // ---------------------------------------------------------------------------------------------- transfer

    @Override
    public void transfer(RaftState state, long to) {
        FollowerProgress follower = replication.of(to);
        if (follower == null || !state.membership.isVoter(to) || farewellIndex != 0) {
            state.out.note(new Notice.TransferRefused(to));
            return;
        }
        if (transferTarget == to) return;
        transferTarget = to;
        transferElapsed = 0;
        state.out.note(new Notice.TransferStarted(to));
        handOverIfCaughtUp(state, follower);
    }

    /*
     * What is forwarded meanwhile is kept: the follower would not send it again as long as the term lasts, and its client
     * would wait in vain if the transfer comes to nothing. If it succeeds, the follower proposes it to the next leader.
     */
    private void takeForwarded(RaftState state, Forward forward) {
        long bytes = 0;
        for (Bytes data : forward.datas()) bytes += data.size();
        if (transferTarget == 0 || keptBytes + bytes > MAX_KEPT_BYTES) {
            noteRefusal(state, forward.from(), propose(state, forward.datas()));
            return;
        }
        kept.add(forward);
        keptBytes += bytes;
    }

    private void endTransfer(RaftState state) {
        transferTarget = 0;
        List<Forward> all = List.copyOf(kept);
        kept.clear();
        keptBytes = 0;
        for (Forward forward : all) takeForwarded(state, forward);
    }

    /* No proposal is taken meanwhile, so the last entry stays the last. */
    private void handOverIfCaughtUp(RaftState state, FollowerProgress follower) {
        if (follower.match == state.log.lastIndex()) {
            state.out.send(new TimeoutNow(state.self(), follower.id, state.term));
        }
    }
}
