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
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.Iterator;
import java.util.List;

/** Follows the leader of its term, if it knows one, and votes. Voters that hear nothing for too long campaign. */
final class Follower implements Role {
    private final ForwardedReads reads = new ForwardedReads();

    @Override
    public Role onTick(RaftState state) {
        reads.onTick(state);
        state.silentTicks++;
        if (++state.electionElapsed < state.electionTimeout) return this;
        state.restartElectionTimer();
        return campaign(state);
    }

    @Override
    public Role onMessage(RaftState state, Message message) {
        switch (message) {
            case Append append -> {
                state.heardFromLeader(append.from());
                state.accept(append);
            }
            case Heartbeat heartbeat -> {
                state.heardFromLeader(heartbeat.from());
                state.answer(heartbeat);
            }
            case InstallSnapshot snapshot -> {
                state.heardFromLeader(snapshot.from());
                state.accept(snapshot);
            }
            case VoteRequest request -> state.answer(request);
            case TimeoutNow go -> {
                return Candidate.start(state, this, true);
            }
            case ReadReply reply -> reads.answered(state, reply);
            case Forward forward -> state.refuseForward(forward.from());
            case ForwardChange forward -> state.refuseForward(forward.from());
            case PreVoteRequest _,
                    PreVoteReply _,
                    VoteReply _,
                    AppendReply _,
                    AppendRefusal _,
                    HeartbeatReply _,
                    ReadRequest _,
                    TransferRequest _,
                    Message.Aside _ -> {}
        }
        return this;
    }

    @Override
    public Role onPersisted(RaftState state) {
        return this;
    }

    @Override
    public Role onMembership(RaftState state) {
        return this;
    }

    @Override
    public Role onTurnEnd(RaftState state) {
        reads.ask(state);
        return this;
    }

    @Override
    public void leave(RaftState state) {
        reads.lose(state);
    }

    @Override
    public Role campaign(RaftState state) {
        return Candidate.start(state, this, false);
    }

    @Override
    public Proposed propose(RaftState state, List<Bytes> datas) {
        if (state.isOutsider()) return Proposed.NOT_A_MEMBER;
        if (state.leader == 0) return Proposed.NO_LEADER;
        state.out.send(new Forward(state.self(), state.leader, state.term, datas));
        return Proposed.FORWARDED;
    }

    @Override
    public Proposed proposeChange(RaftState state, MembershipChange change, EntryKind kind, Bytes data) {
        if (state.isOutsider()) return Proposed.NOT_A_MEMBER;
        if (state.leader == 0) return Proposed.NO_LEADER;
        state.out.send(new ForwardChange(state.self(), state.leader, state.term, change, kind, data));
        return Proposed.FORWARDED;
    }

    @Override
    public void read(RaftState state, long readId) {
        if (state.leader == 0) {
            state.out.readLost(readId);
        } else {
            reads.add(readId);
        }
    }

    @Override
    public void transfer(RaftState state, long to) {
        if (state.leader == 0) {
            state.out.note(new Notice.TransferRefused(to));
        } else {
            state.out.send(new TransferRequest(state.self(), state.leader, state.term, to));
        }
    }

    /** The reads of a follower: those of one turn travel to the leader as one question. */
    private static final class ForwardedReads {
        private record Question(long context, List<Long> readIds, long askedAtTick) {}

        private final Deque<Question> asked = new ArrayDeque<>();
        private List<Long> collected = new ArrayList<>();
        private long ticks;

        void add(long readId) {
            collected.add(readId);
        }

        void ask(RaftState state) {
            if (collected.isEmpty()) return;
            long context = state.nextReadContext();
            state.out.send(new ReadRequest(state.self(), state.leader, state.term, context));
            asked.addLast(new Question(context, collected, ticks));
            collected = new ArrayList<>();
        }

        void answered(RaftState state, ReadReply reply) {
            Iterator<Question> questions = asked.iterator();
            while (questions.hasNext()) {
                Question question = questions.next();
                if (question.context != reply.context()) continue;
                question.readIds.forEach(id -> state.out.read(id, reply.index()));
                questions.remove();
                return;
            }
        }

        /** Question or answer may have been lost. */
        void onTick(RaftState state) {
            ticks++;
            while (!asked.isEmpty() && ticks - asked.getFirst().askedAtTick >= state.config.electionTicks()) {
                asked.removeFirst().readIds.forEach(state.out::readLost);
            }
        }

        void lose(RaftState state) {
            asked.forEach(question -> question.readIds.forEach(state.out::readLost));
            collected.forEach(state.out::readLost);
            asked.clear();
            collected.clear();
        }
    }
}
