package dev.quorate.store.raft;

import dev.quorate.store.raft.Message.ReadReply;
import dev.quorate.store.raft.Message.ReadRequest;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.Iterator;
import java.util.List;

/** The reads of a follower: those of one turn travel to the leader as one question. */
final class ForwardedReads {
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
