package dev.quorate.store.node;

import dev.quorate.store.node.port.Peers;
import dev.quorate.store.raft.Membership;
import dev.quorate.store.raft.Message;
import dev.quorate.store.raft.RaftCore;
import dev.quorate.store.state.Alarm;
import dev.quorate.store.state.Command;
import dev.quorate.store.state.StoreState;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Do all members have the same state? The leader asks everybody, at once and then once a second, for the digest after one
 * entry; whoever has not applied it yet answers when it has.
 *
 * <p>Who differs from a majority is accused: a CORRUPT alarm in its name goes on the log, and when it applies that, it
 * stops serving, leading and handing out its state. Digests never meet again once they differ, so no accusation is
 * missed by being late. If no majority agrees, nobody knows who is right, and all are accused.
 *
 * <p>A state that is handed out carries its digest, and whoever takes it votes for it. So a leader hands nothing out before
 * a majority has the same digest, and leads no longer when more voters have another one than have its own. Where no
 * majority can answer, some may be waiting for just this state: after some rounds it is enough that more have the same
 * than any other.
 */
final class Agreement {
    private static final Logger LOG = LoggerFactory.getLogger(Agreement.class);
    private static final int TICKS_PER_ROUND = 10;

    private final RaftCore raft;
    private final Applier applier;
    private final Peers peers;
    private final long self;

    private Message.@Nullable StateQuestion asked;
    private final SortedMap<Long, Long> votes = new TreeMap<>(Long::compareUnsigned);
    private long roundIndex;
    private int ticks;
    private final Confidence confidence = new Confidence();

    Agreement(RaftCore raft, Applier applier, Peers peers) {
        this.raft = raft;
        this.applier = applier;
        this.peers = peers;
        this.self = raft.status().self();
    }

    /** Returns what must go on the log. */
    List<Command> tick() {
        boolean leadsAnew = raft.isLeader() && raft.term() != confidence.term;
        if (++ticks < TICKS_PER_ROUND && !leadsAnew) return List.of();
        ticks = 0;
        if (raft.isLeader()) return begin();
        return applier.damage().isEmpty()
                ? List.of()
                : accusations(new TreeSet<>(List.of(self)), "its disk is damaged");
    }

    private List<Command> begin() {
        long index = applier.digests().last();
        OptionalLong own = applier.digests().at(index);
        boolean settled = index == roundIndex && raft.term() == confidence.term && isUnanimous();
        if (!applier.damage().isEmpty()) return accusations(new TreeSet<>(List.of(self)), "its disk is damaged");
        if (own.isEmpty() || settled) return List.of();
        if (confidence.begin(raft.term()))
            LOG.error(
                    "the states of members differ at applied index {} and it is open whose is right: {}. This leader gives its"
                            + " state to nobody until more members have its own than any other; start those that are down",
                    roundIndex,
                    votes);
        roundIndex = index;
        votes.clear();
        votes.put(self, own.getAsLong());
        count();
        for (long member : members()) {
            if (member != self) peers.send(new Message.StateQuestion(self, member, raft.term(), index));
        }
        return List.of();
    }

    private void count() {
        Long own = votes.get(self);
        if (own == null) return;
        // Also those of the old list: where it leads until a joint change is over, the new one may wait for its state.
        SortedSet<Long> voices = new TreeSet<>(raft.membership().voters());
        voices.addAll(raft.membership().outgoing());
        voices.removeIf(applier.state()::isAccused);
        voices.add(self);
        confidence.count(own, voices, votes);
    }

    /** Whether the state of this leader, as far as anybody can tell, is that of the cluster. */
    boolean mayHandOut() {
        return raft.term() == confidence.term && confidence.mayHandOut();
    }

    /** Whether more voters had another state when they were last asked than had this leader's. */
    boolean isOutvoted() {
        return raft.isLeader() && raft.term() == confidence.term && confidence.isOutvoted();
    }

    private SortedSet<Long> members() {
        Membership membership = raft.membership();
        SortedSet<Long> all = new TreeSet<>(membership.voters());
        all.addAll(membership.outgoing());
        all.addAll(membership.learners());
        return all;
    }

    private boolean isUnanimous() {
        return votes.keySet().containsAll(members())
                && votes.values().stream().distinct().count() == 1;
    }

    /** Returns what must go on the log. */
    List<Command> take(Message.Aside message) {
        return switch (message) {
            case Message.StateQuestion question -> {
                if (question.term() >= raft.term()) asked = question;
                applied();
                yield List.of();
            }
            case Message.StateAnswer answer -> {
                boolean current = raft.isLeader() && raft.term() == confidence.term && answer.index() == roundIndex;
                if (!current) yield List.of();
                votes.put(answer.from(), answer.digest());
                count();
                yield accusations(
                        Verdict.accused(raft.membership().voters(), votes),
                        "its state differs from the majority's at applied index " + roundIndex);
            }
        };
    }

    /** The state has come further: perhaps as far as we were asked about. */
    void applied() {
        Message.StateQuestion question = asked;
        if (question == null || applier.digests().last() < question.index()) return;
        asked = null;
        OptionalLong digest = applier.digests().at(question.index());
        if (digest.isPresent())
            peers.send(
                    new Message.StateAnswer(self, question.from(), raft.term(), question.index(), digest.getAsLong()));
    }

    private List<Command> accusations(SortedSet<Long> members, String why) {
        StoreState state = applier.state();
        List<Command> commands = new ArrayList<>();
        for (long member : members) {
            if (state.isAccused(member)) continue;
            LOG.error(
                    "CORRUPT member={}: {}. It does not serve any more; remove it, empty its directory and add it again",
                    Long.toUnsignedString(member, 16),
                    why);
            commands.add(new Command.AlarmChange(
                    Command.AlarmChange.Action.ACTIVATE, new Alarm(member, Alarm.Kind.CORRUPT)));
        }
        return commands;
    }

    /** How many voters have each digest. */
    private static SortedMap<Long, Integer> counts(SortedSet<Long> voters, SortedMap<Long, Long> votes) {
        SortedMap<Long, Integer> counts = new TreeMap<>();
        for (long voter : voters) {
            Long digest = votes.get(voter);
            if (digest != null) counts.merge(digest, 1, Integer::sum);
        }
        return counts;
    }

    /** How far a leader's state is that of the others, round by round. */
    static final class Confidence {
        private static final int ROUNDS_WITHOUT_MAJORITY = 3;

        private long term;
        private int rounds;
        private Standing now = Standing.UNKNOWN;
        private Standing before = Standing.UNKNOWN;
        private boolean majority;
        private boolean told;

        /** So many have the leader's digest, and so many the most frequent other one. */
        record Standing(int alike, int rivals) {
            static final Standing UNKNOWN = new Standing(0, 0);
        }

        /** Another round. Returns whether it has just turned out that the state must be kept back for want of others. */
        boolean begin(long inTerm) {
            boolean first = inTerm != term;
            term = inTerm;
            rounds = first ? 1 : rounds + 1;
            majority &= !first;
            before = first ? Standing.UNKNOWN : now;
            boolean open = rounds > ROUNDS_WITHOUT_MAJORITY && before.rivals() > 0 && !mayHandOut();
            boolean news = open && !told;
            told = open;
            return news;
        }

        /** @param voices who has a say: voters that are not known to be wrong, and the leader */
        void count(long own, SortedSet<Long> voices, SortedMap<Long, Long> votes) {
            SortedMap<Long, Integer> counts = counts(voices, votes);
            Integer alike = counts.remove(own);
            int rivals =
                    counts.values().stream().mapToInt(Integer::intValue).max().orElse(0);
            now = new Standing(alike == null ? 0 : alike, rivals);
            boolean most = now.alike() > voices.size() / 2;
            if (most || rivals > 0) majority = most;
        }

        boolean mayHandOut() {
            boolean nobodyElse = before.alike() > before.rivals() && now.alike() > now.rivals();
            return majority || (rounds > ROUNDS_WITHOUT_MAJORITY && nobodyElse);
        }

        boolean isOutvoted() {
            return before.rivals() > before.alike();
        }
    }

    /** The decision. */
    static final class Verdict {
        private Verdict() {}

        /** Who must be wrong, given what voters and learners have at one index. Nobody, as long as that is open. */
        static SortedSet<Long> accused(SortedSet<Long> voters, SortedMap<Long, Long> votes) {
            SortedMap<Long, Integer> counts = counts(voters, votes);
            int majority = voters.size() / 2 + 1;
            SortedSet<Long> accused = new TreeSet<>(Long::compareUnsigned);
            for (var one : counts.entrySet()) {
                if (one.getValue() < majority) continue;
                votes.forEach((member, digest) -> {
                    if (!digest.equals(one.getKey())) accused.add(member);
                });
                return accused;
            }
            if (votes.keySet().containsAll(voters)) accused.addAll(voters);
            return accused;
        }
    }
}
