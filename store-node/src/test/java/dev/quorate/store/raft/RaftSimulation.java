package dev.quorate.store.raft;

import dev.quorate.store.sim.Agenda;
import dev.quorate.store.sim.Network;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;
import org.jspecify.annotations.Nullable;

/**
 * A whole cluster of cores from one seed: first a time of trouble, in which only safety is demanded, then a time of
 * peace, in which it has to come to one leader, one log and one simple membership.
 */
final class RaftSimulation {
    private static final int MEMBERS = 7;
    private static final long TROUBLE_MILLIS = 6_000;
    private static final long PEACE_MILLIS = 6_000;

    private final RandomGenerator random;
    private final Agenda agenda = new Agenda();
    private final Network<Message> network;
    private final Truth truth;
    private final List<SimMember> members = new ArrayList<>();
    private final SortedMap<String, Integer> notices = new TreeMap<>();
    private final boolean preVote;
    private final boolean checkQuorum;
    private final int slowDisk;
    private final long messageBytes;
    private final @Nullable Consumer<String> trace;
    private int proposals;
    private int readsAnswered;

    RaftSimulation(long seed, @Nullable Consumer<String> trace) {
        this.trace = trace;
        this.random = RandomGeneratorFactory.of("L64X128MixRandom").create(seed);
        this.network = new Network<>(agenda, dice(), faults(), this::deliver);
        this.preVote = random.nextInt(4) != 0;
        this.checkQuorum = random.nextInt(4) != 0;
        this.slowDisk = 1 + random.nextInt(40);
        this.messageBytes = random.nextBoolean() ? 1 : 100;
        int voters = 1 + random.nextInt(5);
        List<Long> ids = new ArrayList<>();
        for (long id = 1; id <= voters; id++) ids.add(id);
        this.truth = new Truth(Membership.ofVoters(ids));
        for (long id = 1; id <= MEMBERS; id++) {
            members.add(new SimMember(id, this, dice(), id <= voters ? new EntryId(1, 1) : EntryId.NONE));
        }
    }

    private RandomGenerator dice() {
        return RandomGeneratorFactory.of("L64X128MixRandom").create(random.nextLong());
    }

    private Network.Faults faults() {
        double lost = random.nextInt(3) == 0 ? 0 : random.nextDouble() * 0.15;
        double doubled = random.nextInt(2) == 0 ? 0 : random.nextDouble() * 0.1;
        double late = random.nextDouble() * (random.nextInt(3) == 0 ? 0.6 : 0.1);
        return new Network.Faults(lost, doubled, late, 1 + random.nextInt(8), 300);
    }

    /** Throws an AssertionError or an Invariant.Broken if anything is wrong. */
    void run() {
        members.forEach(SimMember::start);
        planTrouble();
        agenda.runUntil(TROUBLE_MILLIS);
        makePeace();
        agenda.runUntil(TROUBLE_MILLIS + PEACE_MILLIS);
        checkEnd();
    }

    private void planTrouble() {
        agenda.after(1 + random.nextInt(25), () -> {
            if (agenda.nowMillis() >= TROUBLE_MILLIS - 30) return;
            trouble();
            planTrouble();
        });
    }

    private void trouble() {
        SimMember member = members.get(random.nextInt(MEMBERS));
        int dice = random.nextInt(1000);
        if (!member.isUp()) {
            if (dice < 300) member.start();
        } else if (dice < 450) {
            member.propose("p" + proposals++);
        } else if (dice < 600) {
            member.read();
        } else if (dice < 640) {
            member.crash();
        } else if (dice < 740) {
            network.healLinks();
            if (dice < 700) cutSomething();
        } else if (dice < 770) {
            besiegeLeader();
        } else if (dice < 790) {
            duel();
        } else if (dice < 880) {
            member.change(someChange());
        } else if (dice < 920) {
            member.act(core -> core.transferLeadership(someId()));
        } else if (dice < 970) {
            member.compact();
        } else {
            member.act(core -> core.reportUnreachable(someId()));
        }
    }

    /** The leader goes on alone, or nearly so, while the others may elect another. */
    private void besiegeLeader() {
        for (SimMember leader : members) {
            if (!leader.isUp() || !leader.core().isLeader()) continue;
            isolate(leader.core().status().self(), random.nextInt(3));
            for (int i = 0; i < 12; i++) {
                agenda.after(random.nextInt(400), () -> {
                    if (!leader.isUp()) return;
                    if (random.nextBoolean()) leader.propose("alone" + proposals++);
                    else leader.read();
                });
            }
        }
    }

    /** Several campaign at once, and a voter forgets what it had not made durable. */
    private void duel() {
        for (int i = 0; i < 3; i++) {
            SimMember rival = members.get(random.nextInt(MEMBERS));
            if (rival.isUp()) rival.act(RaftCore::campaignNow);
        }
        SimMember voter = members.get(random.nextInt(MEMBERS));
        agenda.after(2 + random.nextInt(15), () -> {
            if (!voter.isUp()) return;
            voter.crash();
            voter.start();
        });
    }

    private long someId() {
        return 1L + random.nextInt(MEMBERS);
    }

    private String someChange() {
        StringBuilder change = new StringBuilder();
        int count = random.nextBoolean() ? 2 + random.nextInt(3) : 1;
        for (int i = 0; i < count; i++) {
            change.append("vvvlr".charAt(random.nextInt(5))).append(someId()).append(' ');
        }
        return change.toString();
    }

    private void cutSomething() {
        if (random.nextBoolean()) {
            isolate(someId(), random.nextInt(4));
            return;
        }
        int side = random.nextInt(1 << MEMBERS);
        for (long from = 1; from <= MEMBERS; from++) {
            for (long to = 1; to <= MEMBERS; to++) {
                if ((side >> from & 1) != (side >> to & 1)) network.cut(from, to);
            }
        }
    }

    private void isolate(long victim, int how) {
        for (long other = 1; other <= MEMBERS; other++) {
            if (other == victim || (how == 3 && random.nextBoolean())) continue;
            if (how != 0) network.cut(victim, other);
            if (how != 1) network.cut(other, victim);
        }
    }

    private void makePeace() {
        network.healLinks();
        network.faults(Network.Faults.NONE);
        for (SimMember member : members) {
            if (!member.isUp()) member.start();
        }
        if (!checkQuorum) agenda.after(PEACE_MILLIS / 4, this::stopOutsiders);
        for (int i = 1; i < 10; i++) {
            agenda.after(
                    PEACE_MILLIS / 2 + i * 50L,
                    () -> members.stream().filter(SimMember::isUp).forEach(member -> {
                        member.propose("peace" + proposals++);
                        member.read();
                    }));
        }
    }

    /** Without the leader's lease a removed member that was never told disturbs for ever. */
    private void stopOutsiders() {
        Membership now = truth.membershipAt(truth.committed());
        for (long id = 1; id <= MEMBERS; id++) {
            SimMember member = members.get((int) id - 1);
            if (!now.contains(id)) member.crash();
        }
    }

    private void checkEnd() {
        List<SimMember> leaders = members.stream()
                .filter(member -> member.isUp() && member.core().isLeader())
                .filter(member -> member.core()
                        .membership()
                        .isVoter(member.core().status().self()))
                .toList();
        Truth.check(!leaders.isEmpty(), "no leader in peace");
        RaftStatus leader = leaders.stream()
                .map(member -> member.core().status())
                .max((a, b) -> Long.compare(a.term(), b.term()))
                .orElseThrow();
        Truth.check(!leader.membership().isJoint(), "still joint in peace", leader);
        Truth.check(leader.commit() == leader.last().index(), "not all is committed in peace", leader);
        Truth.check(leader.commit() == truth.committed(), "the leader does not know all", leader, truth.committed());
        for (SimMember member : members) {
            if (!member.isUp()) continue;
            RaftStatus status = member.core().status();
            Truth.check(member.openReads() == 0, "reads without an answer", status, member.openReads());
            if (!leader.membership().contains(status.self())) continue;
            Truth.check(status.commit() == leader.commit(), "a member lags in peace", status, leader);
            Truth.check(status.applied() == leader.commit(), "a member has not applied all", status, leader);
        }
    }

    // ---------------------------------------------------------------------------------------------- for members

    RaftConfig config(long id, RandomGenerator dice) {
        return new RaftConfig(id, 10, 1, preVote, checkQuorum, 4, 400, messageBytes, 400, dice);
    }

    Agenda agenda() {
        return agenda;
    }

    Network<Message> network() {
        return network;
    }

    Truth truth() {
        return truth;
    }

    long diskDelay(RandomGenerator dice) {
        if (agenda.nowMillis() > TROUBLE_MILLIS) return 1L + dice.nextInt(3);
        return dice.nextInt(50) == 0 ? dice.nextInt(400) : dice.nextInt(slowDisk);
    }

    void deliver(long to, Message message) {
        SimMember member = members.get((int) to - 1);
        if (member.isUp()) member.act(core -> core.step(message));
    }

    void commits(long member, Entry entry, Membership before) {
        RaftCore core = members.get((int) member - 1).core();
        boolean first = entry.index() > truth.committed();
        Truth.check(!first || core.isLeader(), "somebody else than a leader committed first", member, entry);
        boolean durable = isDurable(entry.id(), before) || isDurable(entry.id(), core.membership());
        truth.commits(entry, core.term(), durable);
    }

    private boolean isDurable(EntryId entry, Membership membership) {
        return Quorum.is(membership, id -> members.get((int) (id - 1)).disk().holds(entry));
    }

    void count(Notice notice) {
        notices.merge(notice.getClass().getSimpleName(), 1, Integer::sum);
    }

    void readAnswered() {
        readsAnswered++;
    }

    void trace(long member, Ready ready) {
        if (trace != null) trace.accept(agenda.nowMillis() + " " + member + " " + ready);
    }

    /** What happened how often; tests demand that nothing interesting never happens. */
    SortedMap<String, Integer> coverage() {
        SortedMap<String, Integer> all = new TreeMap<>(notices);
        all.put("committed", (int) truth.committed());
        all.put("readsAnswered", readsAnswered);
        return all;
    }
}
