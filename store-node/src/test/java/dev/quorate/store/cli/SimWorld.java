package dev.quorate.store.cli;

import dev.quorate.store.codec.ChangeCodec;
import dev.quorate.store.node.Limits;
import dev.quorate.store.node.NodeConfig;
import dev.quorate.store.node.port.LeaderCall;
import dev.quorate.store.raft.Entry;
import dev.quorate.store.raft.Message;
import dev.quorate.store.sim.Agenda;
import dev.quorate.store.sim.Network;
import dev.quorate.store.state.Member;
import dev.quorate.store.state.Members;
import dev.quorate.store.state.Outcome;
import dev.quorate.store.state.StoreState;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** A cluster of whole nodes from one seed: trouble first, then peace, then the reckoning. */
final class SimWorld {
    private static final long TROUBLE_MILLIS = 12_000;
    private static final long PEACE_MILLIS = 14_000;
    private static final int WATCHERS = 2;
    private static final int CUT_AFTER_MESSAGES = 1_500;

    final Agenda agenda = new Agenda();
    final SimTruth truth = new SimTruth();
    final NodeConfig config;
    final SimLeases leases = new SimLeases();
    final SimClients clients;
    final SimDamage damage;
    int slowApplyMillis;
    int reclaimed;
    int installed;
    int watched;
    private final RandomGenerator random;
    private final Network<Parcel> network;
    private final SortedMap<Long, SimMember> members = new TreeMap<>(Long::compareUnsigned);
    private final List<SimWatcher> watchers = new ArrayList<>();
    private @Nullable Throwable failure;
    private boolean peace;
    private int crashes;
    private int moved;
    private long sent;
    private final SortedSet<Long> arrived = new TreeSet<>();

    SimWorld(long seed) {
        random = RandomGeneratorFactory.of("L64X128MixRandom").create(seed);
        network = new Network<>(
                agenda,
                dice(),
                new Network.Faults(random.nextDouble() * 0.1, random.nextDouble() * 0.05, 0.05, 10, 300),
                this::receive);
        slowApplyMillis = 1 + random.nextInt(random.nextInt(4) == 0 ? 200 : 5);
        config = config(10 + random.nextInt(60), random);
        clients = new SimClients(this, dice());
        int count = 1 + 2 * random.nextInt(3);
        damage = new SimDamage(this, dice(), count);
        List<Member> first = new ArrayList<>();
        for (int i = 1; i <= count; i++)
            first.add(new Member(i, "m" + i, List.of("http://m" + i + ":1"), List.of(), false));
        List<Entry> entries = ChangeCodec.firstEntries(first);
        for (int i = 1; i <= count; i++) born(i, entries);
        for (int i = 0; i < WATCHERS; i++) watchers.add(new SimWatcher(this, dice()));
    }

    private RandomGenerator dice() {
        return RandomGeneratorFactory.of("L64X128MixRandom").create(random.nextLong());
    }

    private static NodeConfig config(int snapshotCount, RandomGenerator random) {
        NodeConfig.Tls none = new NodeConfig.Tls("", "", "", false, "", "");
        Limits usual = Limits.DEFAULT;
        return new NodeConfig(
                "sim",
                new NodeConfig.Storage("", "", false, 0, snapshotCount, 5, random.nextInt(3) * 1_000),
                new NodeConfig.Addresses(List.of(), List.of(), List.of(), List.of(), List.of(), List.of()),
                new NodeConfig.Timing(100, 1000, true, true, 1000),
                new NodeConfig.Birth(new TreeMap<>(), false, "", Optional.empty(), false, true),
                new NodeConfig.Serving(
                        new Limits(
                                usual.waitingProposals(),
                                random.nextInt(2) == 0 ? usual.unapplied() : random.nextInt(10),
                                usual.maxRequestBytes(),
                                usual.maxTxnOps(),
                                usual.maxConcurrentStreams(),
                                2),
                        none,
                        none,
                        new NodeConfig.Keepalive(0, 0, 0),
                        false,
                        new NodeConfig.Upkeep("periodic", "0", 0),
                        new NodeConfig.Logging("info", "json", 0, 0, "basic")));
    }

    private SimMember born(long id, List<Entry> entries) {
        SimMember member = new SimMember(id, this, dice());
        member.birth(entries);
        members.put(id, member);
        return member;
    }

    /** Throws an AssertionError or an Invariant.Broken if anything is wrong. */
    void run() {
        List.copyOf(members.values()).forEach(SimMember::start);
        planTrouble();
        clients.begin();
        damage.begin();
        watchers.forEach(SimWatcher::begin);
        agenda.runUntil(TROUBLE_MILLIS);
        makePeace();
        agenda.runUntil(TROUBLE_MILLIS + PEACE_MILLIS);
        // What a lease's end put on the log a moment ago is on its way.
        for (int i = 0; i < 10 && !isQuiet(); i++) agenda.runUntil(agenda.nowMillis() + 100);
        reckon();
        members.values().forEach(SimMember::crash);
    }

    private boolean isQuiet() {
        return members.values().stream()
                .map(SimMember::life)
                .allMatch(life -> life == null || life.node.status().progress().applied() == truth.log.lastKey());
    }

    private void planTrouble() {
        agenda.after(100 + random.nextInt(600), () -> {
            if (peace) return;
            trouble();
            planTrouble();
        });
    }

    private void trouble() {
        SimMember one = anybody();
        switch (random.nextInt(9)) {
            case 0 -> {
                one.crash();
                restartLater(one);
            }
            case 1, 2 -> one.disk.cutAfter(random.nextInt(40));
            case 3 -> network.cut(one.id, anybody().id);
            case 4 -> {
                for (SimMember other : members.values()) {
                    network.cut(one.id, other.id);
                    network.cut(other.id, one.id);
                }
            }
            case 5 -> network.healLinks();
            case 6 -> one.slowDisk(1 + random.nextInt(random.nextInt(3) == 0 ? 1_000 : 20));
            default -> changeMembers(one);
        }
    }

    void restartLater(SimMember one) {
        crashes++;
        int longest = random.nextBoolean() ? 2_000 : 30;
        agenda.after(peace ? 10 : 1 + random.nextInt(longest), one::start);
    }

    /** Learners come, two at most, and become voters together; others go, one or two at a time, or move. */
    private void changeMembers(SimMember asked) {
        SimMember.Life life = asked.life();
        if (life == null) return;
        List<Member> all = life.node.state().members().all();
        List<Long> learners =
                all.stream().filter(Member::learner).map(Member::id).toList();
        for (long id : learners) welcome(id);
        if (!all.isEmpty() && random.nextInt(6) == 0) move(life, all.get(random.nextInt(all.size())));
        else if (learners.isEmpty() || (learners.size() < 2 && random.nextBoolean())) {
            if (all.size() >= 7) return;
            add(life);
        } else if (random.nextBoolean()) {
            var _ = life.node.calls().promoteMembers(learners);
        } else if (all.size() > 2 && !damage.needsEverybody()) {
            SortedSet<Long> gone = new TreeSet<>(Long::compareUnsigned);
            for (int i = 1 + random.nextInt(2); i > 0; i--)
                gone.add(all.get(random.nextInt(all.size())).id());
            var _ = life.node.calls().removeMembers(List.copyOf(gone));
        }
        life.poke();
    }

    private void move(SimMember.Life asked, Member one) {
        var _ = asked.node
                .calls()
                .updateMember(one.id(), List.of("http://moved" + agenda.nowMillis() + ":1"))
                .thenAccept(outcome -> {
                    if (outcome instanceof Outcome.MembersChanged) moved++;
                });
    }

    void add(SimMember.Life asked) {
        var _ = asked.node
                .calls()
                .addMember(List.of("http://n" + agenda.nowMillis() + ":1"), true)
                .thenAccept(outcome -> agenda.after(1, this::welcomeAll));
    }

    private void welcomeAll() {
        for (SimMember one : List.copyOf(members.values())) {
            SimMember.Life life = one.life();
            if (life != null) life.node.state().members().all().forEach(member -> welcome(member.id()));
        }
    }

    /** Whoever the list names and nobody has seen yet starts with an empty log. */
    private void welcome(long id) {
        if (!members.containsKey(id)) born(id, List.of()).start();
    }

    private void makePeace() {
        peace = true;
        slowApplyMillis = 5;
        network.healLinks();
        network.faults(Network.Faults.NONE);
        welcomeAll();
        for (SimMember one : List.copyOf(members.values())) {
            one.slowDisk(3);
            one.disk.cutAfter(Integer.MAX_VALUE);
            one.start();
        }
        settle();
    }

    /** What was under way when peace came may end late. */
    private void settle() {
        agenda.after(1_000, () -> {
            welcomeAll();
            tellAllRemoved();
            settle();
        });
    }

    /** Connections that are not let in any more say so, even to who has nothing to say; nobody says it to itself: a leader that goes still has to tell what is committed. */
    private void tellAllRemoved() {
        for (SimMember one : List.copyOf(members.values())) {
            boolean gone = members.values().stream()
                    .map(SimMember::life)
                    .anyMatch(life -> life != null && !life.member().equals(one) && life.node.hasLeft(one.id));
            if (gone) tellRemoved(one.id);
        }
    }

    boolean isPeace() {
        return peace;
    }

    boolean isLate() {
        return agenda.nowMillis() > TROUBLE_MILLIS + PEACE_MILLIS / 2;
    }

    SimMember anybody() {
        List<SimMember> all = List.copyOf(members.values());
        return all.get(random.nextInt(all.size()));
    }

    Stream<SimMember> upToDateVoters() {
        long nearly = truth.log.lastKey() - 5;
        return members.values().stream().filter(one -> {
            SimMember.Life life = one.life();
            return life != null
                    && life.raft.membership().voters().contains(one.id)
                    && life.node.status().progress().applied() >= nearly;
        });
    }

    SimMember.@Nullable Life life(long id) {
        SimMember member = members.get(id);
        return member == null ? null : member.life();
    }

    /** A message on its way; the number tells two arrivals of one message from two messages. */
    record Parcel(long number, Message message) {}

    void send(long from, Message message) {
        network.send(from, message.to(), new Parcel(sent++, message));
        if (!peace && random.nextInt(CUT_AFTER_MESSAGES) == 0) agenda.after(0, () -> powerCycle(from));
    }

    /** What its leader has promised, the next one must keep. */
    void leaseWasRenewedLate() {
        if (peace || random.nextBoolean()) return;
        members.values().stream()
                .filter(one -> Optional.ofNullable(one.life())
                        .map(life -> life.node.status().leads())
                        .orElse(false))
                .map(one -> one.id)
                .toList()
                .forEach(id -> agenda.after(0, () -> powerCycle(id)));
    }

    /** The worst moment for the power to go is after a promise was sent. */
    private void powerCycle(long id) {
        SimMember one = members.get(id);
        if (one == null || one.life() == null) return;
        one.crash();
        restartLater(one);
    }

    /** The streams between members lose proposals, but they never double one: nobody but raft could tell. */
    private void receive(long to, Parcel parcel) {
        boolean proposal = parcel.message() instanceof Message.Forward;
        if (proposal && !arrived.add(parcel.number())) return;
        SimMember.Life life = life(to);
        if (life == null) return;
        long from = parcel.message().from();
        if (life.node.hasLeft(from)) tellRemoved(from);
        else life.receive(SimMember.overTheWire(List.of(parcel.message())));
    }

    private void tellRemoved(long id) {
        SimMember member = members.get(id);
        if (member != null) member.tellRemoved();
    }

    void ask(long leader, LeaderCall call, CompletableFuture<LeaderCall.Answer> answer) {
        agenda.after(1 + random.nextInt(10), () -> {
            SimMember.Life life = life(leader);
            if (life == null) answer.completeExceptionally(new IllegalStateException("down"));
            else {
                var _ = life.node
                        .calls()
                        .answer(call)
                        .thenAccept(done -> agenda.after(1 + random.nextInt(10), () -> answer.complete(done)));
                life.poke();
            }
        });
    }

    /** A future would swallow what its listener throws. */
    void kept(Runnable check) {
        try {
            check.run();
        } catch (AssertionError | RuntimeException broken) {
            if (failure == null) failure = broken;
        }
    }

    // ---- at the end

    private void reckon() {
        if (failure != null) throw new AssertionError(failure.getMessage(), failure);
        SimModel model = new SimModel(truth.log.values());
        clients.reckon(model);
        leases.reckon(agenda.nowMillis());
        long last = truth.log.lastKey();
        long revision = 0;
        long furthest = 0;
        Members list = null;
        for (SimMember one : members.values()) {
            SimMember.Life life = one.life();
            if (life == null) continue;
            long applied = life.node.status().progress().applied();
            if (list == null || applied > furthest) list = life.node.state().members();
            furthest = Math.max(furthest, applied);
        }
        if (list == null) throw new AssertionError("everybody is down in peace");
        for (Member listed : list.all()) {
            SimMember.Life life = life(listed.id());
            if (life == null) throw new AssertionError("member " + listed.id() + " is down in peace");
            StoreState state = life.node.state();
            if (life.node.status().progress().applied() != last)
                throw new AssertionError("member " + listed.id() + " has come to "
                        + life.node.status().progress().applied() + " of " + last + ": " + life.raft.status());
            model.checkUnchanged(state.view().revision());
            if (state.isAccused(listed.id()) && !model.isStopped() && !damage.isVictim(listed.id()))
                throw new AssertionError("member " + listed.id() + " is accused and has what the others have");
            if (!state.members().all().equals(list.all()))
                throw new AssertionError(
                        "MembersAgree: member " + listed.id() + " knows " + state.members() + ", not " + list);
            truth.same(listed.id(), last, state.view());
            revision = state.view().revision();
        }
        for (SimWatcher watcher : watchers) watcher.reckon(model, revision);
    }

    /** What happened, so that a test can see that everything did. */
    SortedMap<String, Integer> coverage() {
        SortedMap<String, Integer> coverage = new TreeMap<>(clients.coverage());
        coverage.putAll(damage.coverage());
        coverage.put("crashes", crashes);
        coverage.put("reclaimed", reclaimed);
        coverage.put("snapshots", installed);
        coverage.put("events", watched);
        coverage.put("members", members.size());
        coverage.put("moved", moved);
        return coverage;
    }

    /** Two runs of one seed have the same. */
    String trace() {
        return Long.toHexString(truth.trace) + " entries=" + truth.log.size() + " terms=" + truth.terms() + " "
                + coverage();
    }
}
