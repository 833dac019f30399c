package dev.quorate.store.cli;

import dev.quorate.store.Bytes;
import dev.quorate.store.mvcc.KeyRange;
import dev.quorate.store.mvcc.MvccView;
import dev.quorate.store.mvcc.RangeQuery;
import dev.quorate.store.mvcc.RangeResult;
import dev.quorate.store.state.Command;
import dev.quorate.store.state.Compare;
import dev.quorate.store.state.Op;
import dev.quorate.store.state.Outcome;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;

/**
 * The clients: they ask any member that is up, and every answer is kept for the reckoning. Whoever was answered before
 * another asked has the smaller revision; that is checked at once.
 */
final class SimClients {
    private static final int KEYS = 5;

    private final SimWorld world;
    private final RandomGenerator random;
    private final List<Consumer<SimModel>> reckoning = new ArrayList<>();
    private final SortedMap<String, Integer> coverage = new TreeMap<>();
    private long acknowledged;
    private long lease;
    private int operations;

    SimClients(SimWorld world, RandomGenerator random) {
        this.world = world;
        this.random = random;
    }

    void begin() {
        world.agenda.after(random.nextInt(world.isPeace() ? 200 : 25), () -> {
            if (world.isLate()) return;
            SimMember.Life life = world.anybody().life();
            if (life != null) {
                operate(life);
                life.poke();
            }
            begin();
        });
    }

    private void operate(SimMember.Life life) {
        Bytes key = Bytes.utf8("k" + random.nextInt(KEYS));
        String value = "v" + operations++;
        long before = acknowledged;
        switch (random.nextInt(12)) {
            case 0 -> delete(life, key);
            case 1, 2 -> compareAndPut(life, key, value, before);
            case 3, 4, 5 -> {
                var _ = life.node.readPoint().thenAccept(refusal -> {
                    if (refusal.isEmpty()) world.kept(() -> read(life, key, before));
                });
            }
            case 6 -> lease(life);
            case 7 -> {
                if (random.nextInt(4) == 0) compact(life);
                else readOld(life, key);
            }
            case 8 -> put(life, new Op.Put(key, Bytes.utf8(value), lease, false, false, false), before);
            default -> put(life, Op.Put.of(key, Bytes.utf8(value)), before);
        }
    }

    private void put(SimMember.Life life, Op.Put put, long before) {
        hear(life.node.propose(put), outcome -> {
            if (outcome instanceof Outcome.PutDone done)
                acknowledge(
                        done.revision(),
                        before,
                        model -> model.checkPut(put.value().toUtf8(), done.revision()));
        });
    }

    private void delete(SimMember.Life life, Bytes key) {
        Op.DeleteRange delete = new Op.DeleteRange(KeyRange.of(key, Bytes.EMPTY), false);
        hear(life.node.propose(delete), outcome -> {
            if (outcome instanceof Outcome.DeleteDone done)
                acknowledge(done.revision(), 0, model -> model.checkDelete(done.revision(), done.deleted()));
        });
    }

    private void compareAndPut(SimMember.Life life, Bytes key, String value, long before) {
        Op.Txn txn = new Op.Txn(
                List.of(new Compare(
                        KeyRange.of(key, Bytes.EMPTY), Compare.Relation.EQUAL, new Compare.Operand.CreateRevision(0))),
                List.of(Op.Put.of(key, Bytes.utf8(value + "+"))),
                List.of(Op.Put.of(key, Bytes.utf8(value + "-"))));
        hear(life.node.propose(txn), outcome -> {
            if (outcome instanceof Outcome.TxnDone done)
                acknowledge(
                        done.revision(),
                        before,
                        model -> model.checkPut(value + (done.succeeded() ? "+" : "-"), done.revision()));
        });
    }

    private void lease(SimMember.Life life) {
        if (random.nextInt(3) != 0) {
            if (lease != 0) {
                var _ = life.node.calls().renewLease(lease);
            }
            return;
        }
        long id = 1_000 + operations;
        hear(life.node.propose(new Command.LeaseGrant(id, 2)), outcome -> {
            if (outcome instanceof Outcome.LeaseGranted) lease = id;
        });
    }

    private void compact(SimMember.Life life) {
        long revision = Math.max(1, acknowledged - random.nextInt(30));
        hear(life.node.propose(new Command.Compact(revision, false)), outcome -> {
            if (outcome instanceof Outcome.Compacted) count("compactions");
        });
    }

    private void hear(CompletableFuture<Outcome> answer, Consumer<Outcome> listener) {
        var _ = answer.thenAccept(outcome -> world.kept(() -> listener.accept(outcome)));
    }

    private void acknowledge(long revision, long before, Consumer<SimModel> check) {
        if (revision <= before) throw new AssertionError("answered " + revision + " although " + before + " was known");
        acknowledged = Math.max(acknowledged, revision);
        count("answers");
        reckoning.add(check);
    }

    private void read(SimMember.Life life, Bytes key, long before) {
        MvccView view = life.node.state().view();
        long revision = view.revision();
        String value = view.get(key).map(kv -> kv.value().toUtf8()).orElse("");
        if (revision < before) throw new AssertionError("a linearizable read saw " + revision + " after " + before);
        acknowledged = Math.max(acknowledged, revision);
        count("reads");
        reckoning.add(model -> model.checkRead(key.toUtf8(), value, revision));
    }

    /** Serializable, in the past: perhaps compacted, never wrong. */
    private void readOld(SimMember.Life life, Bytes key) {
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
    }
}
