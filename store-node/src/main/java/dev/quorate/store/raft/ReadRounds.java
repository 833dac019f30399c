package dev.quorate.store.raft;

import dev.quorate.store.raft.Message.ReadReply;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;

/**
 * The linearizable reads of a leader (thesis 6.4).
 *
 * <p>All reads that wait at the end of a turn form a round with the commit index of that moment. Its number travels with
 * the heartbeats; when a quorum has echoed this number or a later one, this member was still the leader after the
 * round began, so that nobody can have committed past that index before. A new leader may not know the newest commit
 * before it has committed in its own term: until then reads wait.
 */
final class ReadRounds {
    /** Who asked: an own read id, or a follower with its context. */
    private record Asker(long member, long context) {}

    private record Round(long number, long index, List<Asker> askers) {}

    private final RaftState state;
    private final Deque<Round> open = new ArrayDeque<>();
    private List<Asker> waiting = new ArrayList<>();
    private long newest;
    private long newestAtLastCheck;
    private int waitingAtLastCheck;

    ReadRounds(RaftState state) {
        this.state = state;
    }

    void add(long member, long context) {
        if (waiting.isEmpty() && !hasCommittedInTerm(state)) {
            state.out.note(new Notice.ReadsWaitForCommitInTerm(state.term));
        }
        waiting.add(new Asker(member, context));
    }

    static boolean hasCommittedInTerm(RaftState state) {
        return state.log.term(state.commit) == state.term;
    }

    long newest() {
        return newest;
    }

    /** True if a new round began, so that heartbeats have to carry it. */
    boolean begin() {
        if (waiting.isEmpty() || !hasCommittedInTerm(state)) return false;
        open.addLast(new Round(++newest, state.commit, waiting));
        waiting = new ArrayList<>();
        waitingAtLastCheck = 0;
        return true;
    }

    void confirm(Replication replication) {
        if (open.isEmpty()) return;
        long confirmed = Quorum.reached(state.membership, id -> {
            FollowerProgress follower = replication.of(id);
            if (follower != null) return follower.readRound;
            return id == state.self() ? newest : 0;
        });
        while (!open.isEmpty() && open.getFirst().number <= confirmed) {
            Round round = open.removeFirst();
            round.askers.forEach(asker -> answer(asker, round.index));
        }
    }

    private void answer(Asker asker, long index) {
        if (asker.member == state.self()) {
            state.out.read(asker.context, index);
        } else {
            state.out.send(new ReadReply(state.self(), asker.member, state.term, asker.context, index));
        }
    }

    /** Once per election timeout: what was already there the last time has waited too long. */
    void expire() {
        while (!open.isEmpty() && open.getFirst().number <= newestAtLastCheck) {
            open.removeFirst().askers.forEach(this::lose);
        }
        List<Asker> old = waiting.subList(0, waitingAtLastCheck);
        old.forEach(this::lose);
        old.clear();
        newestAtLastCheck = newest;
        waitingAtLastCheck = waiting.size();
    }

    void loseAll() {
        open.forEach(round -> round.askers.forEach(this::lose));
        waiting.forEach(this::lose);
        open.clear();
        waiting.clear();
    }

    private void lose(Asker asker) {
        if (asker.member == state.self()) state.out.readLost(asker.context);
    }
}
