package dev.quorate.store.node;

import dev.quorate.store.Bytes;
import dev.quorate.store.codec.ChangeCodec;
import dev.quorate.store.mvcc.KeyRange;
import dev.quorate.store.raft.Entry;
import dev.quorate.store.raft.Message;
import dev.quorate.store.sim.Agenda;
import dev.quorate.store.sim.Network;
import dev.quorate.store.state.Command;
import dev.quorate.store.state.Compare;
import dev.quorate.store.state.Member;
import dev.quorate.store.state.Op;
import dev.quorate.store.state.Outcome;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;
import org.jspecify.annotations.Nullable;

/** A cluster of whole nodes from one seed: trouble first, then peace, then the reckoning. */
final class SimWorld {
    private static final long TROUBLE_MILLIS = 12_000;
    private static final long PEACE_MILLIS = 14_000;
    private static final int KEYS = 5;

    final Agenda agenda = new Agenda();
    final SimTruth truth = new SimTruth();
    final Network<Parcel> network;
    int slowApplyMillis;
    private final RandomGenerator random;
    private final List<SimMember> members = new ArrayList<>();
    private final List<Runnable> reckoning = new ArrayList<>();
    private SimModel model = new SimModel(List.of());
    private long acknowledged;
    private int operations;
    private int answers;
    private int reads;
    private @Nullable Throwable failure;
    private boolean peace;
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
        int count = 1 + 2 * random.nextInt(3);
        List<Member> first = new ArrayList<>();
        for (int i = 1; i <= count; i++)
            first.add(new Member(i, "m" + i, List.of("http://m" + i + ":1"), List.of(), false));
        List<Entry> entries = ChangeCodec.firstEntries(first);
        NodeConfig config = config(10 + random.nextInt(60));
        for (int i = 1; i <= count; i++) members.add(new SimMember(i, this, dice(), config, entries));
    }

    private RandomGenerator dice() {
        return RandomGeneratorFactory.of("L64X128MixRandom").create(random.nextLong());
    }

    private static NodeConfig config(int snapshotCount) {
        NodeConfig.Tls none = new NodeConfig.Tls("", "", "", false, "", "");
        return new NodeConfig(
                "sim",
                new NodeConfig.Storage("", "", false, 0, snapshotCount, 5),
                new NodeConfig.Addresses(List.of(), List.of(), List.of(), List.of(), List.of(), List.of()),
                new NodeConfig.Timing(100, 1000, true, true),
                new NodeConfig.Birth(new TreeMap<>(), false, "", Optional.empty(), false, true),
                new NodeConfig.Serving(
                        Limits.DEFAULT,
                        none,
                        none,
                        new NodeConfig.Keepalive(0, 0, 0),
                        new NodeConfig.Upkeep("periodic", "0", 0, 0, 0, List.of()),
                        new NodeConfig.Logging("info", "json", 0, 0, "basic")));
    }

    /** Throws an AssertionError or an Invariant.Broken if anything is wrong. */
    void run() {
        members.forEach(SimMember::start);
        planTrouble();
        planClient();
        agenda.runUntil(TROUBLE_MILLIS);
        makePeace();
        agenda.runUntil(TROUBLE_MILLIS + PEACE_MILLIS);
        reckon();
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
        switch (random.nextInt(6)) {
            case 0, 1 -> {
                one.crash();
                agenda.after(100 + random.nextInt(2_000), () -> {
                    if (one.life() == null) one.start();
                });
            }
            case 2 -> network.cut(one.id, anybody().id);
            case 3 -> {
                for (SimMember other : members) {
                    network.cut(one.id, other.id);
                    network.cut(other.id, one.id);
                }
            }
            case 4 -> network.healLinks();
            default -> one.slowDisk(1 + random.nextInt(random.nextInt(3) == 0 ? 1_000 : 20));
        }
    }

    private void makePeace() {
        peace = true;
        slowApplyMillis = 5;
        network.healLinks();
        network.faults(Network.Faults.NONE);
        for (SimMember one : members) {
            if (one.life() == null) one.start();
            one.slowDisk(3);
        }
    }

    private SimMember anybody() {
        return members.get(random.nextInt(members.size()));
    }

    /** A message on its way; the number tells two arrivals of one message from two messages. */
    record Parcel(long number, Message message) {}

    void send(long from, Message message) {
        network.send(from, message.to(), new Parcel(sent++, message));
    }

    /** The streams between members lose proposals, but they never double one: nobody but raft could tell. */
    private void receive(long to, Parcel parcel) {
        boolean proposal = parcel.message() instanceof Message.Forward;
        if (proposal && !arrived.add(parcel.number())) return;
        SimMember.Life life = members.get((int) to - 1).life();
        if (life != null) life.receive(SimMember.overTheWire(List.of(parcel.message())));
    }

    boolean takeSnapshot(long to, long from, long leaderTerm, SimState sent, StagedState.Active picture) {
        return members.get((int) to - 1).takeSnapshot(from, leaderTerm, sent, picture);
    }

    void ask(long leader, LeaderCall call, CompletableFuture<LeaderCall.Answer> answer) {
        agenda.after(1 + random.nextInt(10), () -> {
            SimMember.Life life = members.get((int) leader - 1).life();
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

    // ---- clients

    private void planClient() {
        agenda.after(random.nextInt(peace ? 200 : 25), () -> {
            if (agenda.nowMillis() > TROUBLE_MILLIS + PEACE_MILLIS / 2) return;
            SimMember.Life life = anybody().life();
            if (life != null) {
                operate(life);
                life.poke();
            }
            planClient();
        });
    }

    private void operate(SimMember.Life life) {
        Bytes key = Bytes.utf8("k" + random.nextInt(KEYS));
        String value = "v" + operations++;
        long before = acknowledged;
        switch (random.nextInt(10)) {
            case 0 -> {
                Op.DeleteRange delete = new Op.DeleteRange(KeyRange.of(key, Bytes.EMPTY), false);
                hear(life.node.propose(delete), outcome -> {
                    if (outcome instanceof Outcome.DeleteDone done)
                        acknowledge(done.revision(), 0, () -> model.checkDelete(done.revision(), done.deleted()));
                });
            }
            case 1, 2 -> {
                Op.Txn txn = new Op.Txn(
                        List.of(new Compare(
                                KeyRange.of(key, Bytes.EMPTY),
                                Compare.Relation.EQUAL,
                                new Compare.Operand.CreateRevision(0))),
                        List.of(Op.Put.of(key, Bytes.utf8(value + "+"))),
                        List.of(Op.Put.of(key, Bytes.utf8(value + "-"))));
                hear(life.node.propose(txn), outcome -> {
                    if (outcome instanceof Outcome.TxnDone done)
                        acknowledge(
                                done.revision(),
                                before,
                                () -> model.checkPut(value + (done.succeeded() ? "+" : "-"), done.revision()));
                });
            }
            case 3, 4, 5 -> {
                var _ = life.node.readPoint().thenAccept(refusal -> {
                    if (refusal.isEmpty()) kept(() -> read(life, key, before));
                });
            }
            case 6 -> {
                if (random.nextInt(5) == 0)
                    hear(life.node.propose(new Command.LeaseGrant(1 + operations, 2)), outcome -> {});
            }
            default ->
                hear(life.node.propose(Op.Put.of(key, Bytes.utf8(value))), outcome -> {
                    if (outcome instanceof Outcome.PutDone done)
                        acknowledge(done.revision(), before, () -> model.checkPut(value, done.revision()));
                });
        }
    }

    private void hear(CompletableFuture<Outcome> answer, Consumer<Outcome> listener) {
        var _ = answer.thenAccept(outcome -> kept(() -> listener.accept(outcome)));
    }

    /** A future would swallow what its listener throws. */
    private void kept(Runnable check) {
        try {
            check.run();
        } catch (AssertionError | RuntimeException broken) {
            if (failure == null) failure = broken;
        }
    }

    /** Who was answered before another asked has the smaller revision. */
    private void acknowledge(long revision, long before, Runnable check) {
        if (revision <= before) throw new AssertionError("answered " + revision + " although " + before + " was known");
        acknowledged = Math.max(acknowledged, revision);
        answers++;
        reckoning.add(check);
    }

    private void read(SimMember.Life life, Bytes key, long before) {
        var view = life.node.state().view();
        long revision = view.revision();
        String value = view.get(key).map(kv -> kv.value().toUtf8()).orElse("");
        if (revision < before) throw new AssertionError("a linearizable read saw " + revision + " after " + before);
        acknowledged = Math.max(acknowledged, revision);
        reads++;
        reckoning.add(() -> model.checkRead(key.toUtf8(), value, revision));
    }

    // ---- at the end

    private void reckon() {
        if (failure != null) throw new AssertionError(failure.getMessage(), failure);
        model = new SimModel(truth.log.values());
        reckoning.forEach(Runnable::run);
        long last = truth.log.lastKey();
        for (SimMember one : members) {
            SimMember.Life life = one.life();
            if (life == null) throw new AssertionError("member " + one.id + " is down in peace");
            if (life.node.status().progress().applied() != last)
                throw new AssertionError("member " + one.id + " has come to "
                        + life.node.status().progress().applied() + " of " + last + ": " + life.raft.status());
            if (!life.node.state().alarms().isEmpty())
                throw new AssertionError(
                        "accused without reason: " + life.node.state().alarms());
            model.checkUnchanged(life.node.state().view().revision());
        }
        if (answers == 0 || reads == 0) throw new AssertionError("nobody was ever answered");
    }

    int answers() {
        return answers;
    }

    /** Two runs of one seed have the same. */
    String trace() {
        return Long.toHexString(truth.trace) + " entries=" + truth.log.size() + " terms=" + truth.terms() + " answers="
                + answers + " reads=" + reads;
    }
}
