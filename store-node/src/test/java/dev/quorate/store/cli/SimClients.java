package dev.quorate.store.cli;

import dev.quorate.store.Bytes;
import dev.quorate.store.linear.Action;
import dev.quorate.store.mvcc.KeyRange;
import dev.quorate.store.mvcc.MvccView;
import dev.quorate.store.mvcc.RangeQuery;
import dev.quorate.store.mvcc.RangeResult;
import dev.quorate.store.state.Command;
import dev.quorate.store.state.Compare;
import dev.quorate.store.state.Op;
import dev.quorate.store.state.Outcome;
import dev.quorate.store.state.Refusal;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;

/**
 * The clients: they ask any member that is up, and every answer is kept for the reckoning. Whoever was answered before
 * another asked has the smaller revision, and who is answered finds on that member what it was told; that is checked at
 * once.
 */
final class SimClients {
    private static final int KEYS = 5;
    private static final int LEASES = 3;

    /** Refusals after which nothing can happen any more. */
    private static final Set<Refusal> CERTAIN =
            EnumSet.of(Refusal.LEASE_NOT_FOUND, Refusal.TOO_MANY_REQUESTS, Refusal.NO_SPACE, Refusal.CORRUPT);

    private final SimWorld world;
    private final RandomGenerator random;
    private final SimHistory history = new SimHistory();
    private final List<Consumer<SimModel>> reckoning = new ArrayList<>();
    private final SortedMap<String, Integer> coverage = new TreeMap<>();
    private final SortedMap<Bytes, String> lastRead = new TreeMap<>();

    /** The newest last. */
    private final List<Long> leases = new ArrayList<>(List.of(0L));

    /** Leases that are hardly renewed: less and less of them is on record. */
    private final List<Long> silent = new ArrayList<>();

    private long acknowledged;
    private int operations;

    SimClients(SimWorld world, RandomGenerator random) {
        this.world = world;
        this.random = random;
    }

    void begin() {
        world.agenda.after(random.nextInt(world.isPeace() ? 200 : 25), () -> {
            if (world.isLate()) return;
            SimMember.Life life = world.anybody().life();
            if (life != null && !life.member().isAstray()) {
                operate(life);
                life.poke();
            }
            begin();
        });
    }

    private void operate(SimMember.Life life) {
        Bytes key = Bytes.utf8("k" + random.nextInt(KEYS));
        String value = "v" + operations++;
        switch (random.nextInt(14)) {
            case 0 -> delete(life, key);
            case 1, 2 -> putByPresence(life, key, value);
            case 3, 4, 5 -> read(life, key);
            case 6 -> lease(life);
            case 7 -> {
                if (random.nextInt(4) == 0) compact(life);
                else world.damage.read(life, () -> readOld(life, key));
            }
            case 8, 10 -> put(life, key, value, leases.get(random.nextInt(leases.size())));
            case 9 -> compareAndPut(life, key, value);
            default -> put(life, key, value, 0);
        }
    }

    private void put(SimMember.Life life, Bytes key, String value, long lease) {
        long before = acknowledged;
        Action told = new Action.Put(value, lease);
        if (lease != 0) history.bound(key.toUtf8(), lease);
        SimHistory.Open call = history.write(key.toUtf8(), told);
        hear(life, call, new Op.Put(key, Bytes.utf8(value), lease, false, false, false), outcome -> {
            if (!(outcome instanceof Outcome.PutDone done)) return;
            call.returned(told);
            acknowledge(life, done.revision(), before, model -> model.checkPut(value, done.revision()));
        });
    }

    private void delete(SimMember.Life life, Bytes key) {
        SimHistory.Open call = history.write(key.toUtf8(), new Action.Delete(Optional.empty()));
        hear(life, call, new Op.DeleteRange(KeyRange.of(key, Bytes.EMPTY), false), outcome -> {
            if (!(outcome instanceof Outcome.DeleteDone done)) return;
            call.returned(new Action.Delete(Optional.of(done.deleted() > 0)));
            acknowledge(life, done.revision(), 0, model -> model.checkDelete(done.revision(), done.deleted()));
        });
    }

    private void putByPresence(SimMember.Life life, Bytes key, String value) {
        long before = acknowledged;
        SimHistory.Open call =
                history.write(key.toUtf8(), new Action.PutByPresence(value + "+", value + "-", Optional.empty()));
        Op.Txn txn = new Op.Txn(
                List.of(absent(key)),
                List.of(Op.Put.of(key, Bytes.utf8(value + "+"))),
                List.of(Op.Put.of(key, Bytes.utf8(value + "-"))));
        hear(life, call, txn, outcome -> {
            if (!(outcome instanceof Outcome.TxnDone done)) return;
            call.returned(new Action.PutByPresence(value + "+", value + "-", Optional.of(done.succeeded())));
            String put = value + (done.succeeded() ? "+" : "-");
            acknowledge(life, done.revision(), before, model -> model.checkPut(put, done.revision()));
        });
    }

    /** The client bets on what it has read. */
    private void compareAndPut(SimMember.Life life, Bytes key, String value) {
        long before = acknowledged;
        String expected = lastRead.getOrDefault(key, "");
        SimHistory.Open call = history.write(key.toUtf8(), new Action.CompareAndPut(expected, value, Optional.empty()));
        Compare same = new Compare(
                KeyRange.of(key, Bytes.EMPTY), Compare.Relation.EQUAL, new Compare.Operand.Value(Bytes.utf8(expected)));
        Op.Txn txn = new Op.Txn(
                List.of(expected.isEmpty() ? absent(key) : same),
                List.of(Op.Put.of(key, Bytes.utf8(value))),
                List.of());
        hear(life, call, txn, outcome -> {
            if (!(outcome instanceof Outcome.TxnDone done)) return;
            call.returned(new Action.CompareAndPut(expected, value, Optional.of(done.succeeded())));
            count(done.succeeded() ? "comparesTrue" : "comparesFalse");
            if (done.succeeded())
                acknowledge(life, done.revision(), before, model -> model.checkPut(value, done.revision()));
        });
    }

    private static Compare absent(Bytes key) {
        return new Compare(
                KeyRange.of(key, Bytes.EMPTY), Compare.Relation.EQUAL, new Compare.Operand.CreateRevision(0));
    }

    private void lease(SimMember.Life life) {
        long asked = world.agenda.nowMillis();
        List<Long> some = silent.isEmpty() || random.nextInt(4) != 0 ? leases : silent;
        long known = some.get(random.nextInt(some.size()));
        if (known != 0 && random.nextInt(3) != 0) {
            world.leases.renewing(known);
            var _ = life.node.calls().renewLease(known).thenAccept(answer -> {
                count(answer.ttlSeconds() > 0 ? "renewals" : "refusedRenewals");
                if (answer.ttlSeconds() > 0 && world.leases.wasSilent(known, asked)) world.leaseWasRenewedLate();
                world.leases.answered(known, answer.ttlSeconds() > 0, asked, world.agenda.nowMillis());
            });
            return;
        }
        long id = 1_000 + operations;
        int seconds = random.nextInt(4) == 0 ? 12 : 1 + random.nextInt(4);
        var _ = life.node.propose(new Command.LeaseGrant(id, seconds)).thenAccept(outcome -> {
            if (!(outcome instanceof Outcome.LeaseGranted granted)) return;
            world.leases.granted(id, granted.ttlSeconds(), asked, world.agenda.nowMillis());
            leases.add(id);
            if (leases.size() > LEASES) silent.add(leases.removeFirst());
            if (silent.size() > LEASES) silent.removeFirst();
        });
    }

    private void compact(SimMember.Life life) {
        long revision = Math.max(1, acknowledged - random.nextInt(30));
        var _ = life.node.propose(new Command.Compact(revision, false)).thenAccept(outcome -> {
            if (outcome instanceof Outcome.Compacted) count("compactions");
        });
    }

    private void hear(SimMember.Life life, SimHistory.Open call, Command command, Consumer<Outcome> listener) {
        CompletableFuture<Outcome> answer = life.node.propose(command);
        var _ = answer.thenAccept(outcome -> world.kept(() -> {
            if (life.member().isAstray()) return;
            if (outcome instanceof Outcome.Refused refused && CERTAIN.contains(refused.reason())) call.forget();
            else listener.accept(outcome);
        }));
    }

    private void acknowledge(SimMember.Life life, long revision, long before, Consumer<SimModel> check) {
        if (revision <= before) throw new AssertionError("answered " + revision + " although " + before + " was known");
        if (life.node.state().view().revision() < revision)
            throw new AssertionError("answered " + revision + ", but a reader would not find it");
        if (life.node.watches().progress(List.of()).orElse(0) < revision)
            throw new AssertionError("answered " + revision + ", but no watch has heard of it");
        acknowledged = Math.max(acknowledged, revision);
        count("answers");
        reckoning.add(check);
    }

    private void read(SimMember.Life life, Bytes key) {
        long before = acknowledged;
        SimHistory.Open call = history.read(key.toUtf8());
        var _ = life.node.readPoint().thenAccept(refusal -> {
            if (refusal.isPresent()
                    || life.member().isAstray()
                    || life.node.silence().isPresent()) return;
            world.kept(() -> world.damage.read(life, () -> read(life, key, before, call)));
        });
    }

    private void read(SimMember.Life life, Bytes key, long before, SimHistory.Open call) {
        MvccView view = life.node.state().view();
        long revision = view.revision();
        String value = view.get(key).map(kv -> kv.value().toUtf8()).orElse("");
        if (revision < before) throw new AssertionError("a linearizable read saw " + revision + " after " + before);
        call.returned(new Action.Read(value));
        lastRead.put(key, value);
        acknowledged = Math.max(acknowledged, revision);
        count("reads");
        reckoning.add(model -> model.checkRead(key.toUtf8(), value, revision));
    }

    /** Serializable, in the past: perhaps compacted, never wrong. */
    private void readOld(SimMember.Life life, Bytes key) {
        if (life.node.silence().isPresent()) return;
        MvccView view = life.node.state().view();
        long revision = view.revision() - random.nextInt(20);
        if (revision < 1) return;
        if (!(view.range(RangeQuery.get(key).at(revision)) instanceof RangeResult.Found found)) return;
        String value = found.encoded().isEmpty()
                ? ""
                : found.keyValues().getFirst().value().toUtf8();
        count("readsOfThePast");
        reckoning.add(model -> model.checkRead(key.toUtf8(), value, revision));
    }

    private void count(String what) {
        coverage.merge(what, 1, Integer::sum);
    }

    SortedMap<String, Integer> coverage() {
        return coverage;
    }

    void reckon(SimModel model) {
        reckoning.forEach(check -> check.accept(model));
        if (!coverage.containsKey("answers") || !coverage.containsKey("reads"))
            throw new AssertionError("nobody was ever answered");
        count(history.isLinearizable() ? "linearizable" : "undecided");
    }
}
