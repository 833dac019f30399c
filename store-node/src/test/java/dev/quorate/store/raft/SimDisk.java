package dev.quorate.store.raft;

import dev.quorate.store.raft.Message.InstallSnapshot;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.random.RandomGenerator;

/** A member's disk: batches become durable one after the other, and a crash may tear the first unfinished one. */
final class SimDisk {
    private final Deque<Ready> pending = new ArrayDeque<>();
    private List<Entry> entries = new ArrayList<>();
    private EntryId base;
    private HardState hardState = HardState.NONE;

    SimDisk(EntryId base) {
        this.base = base;
    }

    EntryId base() {
        return base;
    }

    HardState hardState() {
        return hardState;
    }

    List<Entry> entries() {
        return List.copyOf(entries);
    }

    long lastIndex() {
        return base.index() + entries.size();
    }

    boolean holds(EntryId id) {
        if (id.index() <= base.index()) return true;
        if (id.index() > lastIndex()) return false;
        return entries.get((int) (id.index() - base.index() - 1)).term() == id.term();
    }

    /** What is on it before the first start. */
    void begin(HardState hard, List<Entry> first) {
        hardState = hard;
        first.forEach(this::put);
    }

    void write(Ready ready) {
        pending.addLast(ready);
    }

    boolean isBusy() {
        return !pending.isEmpty();
    }

    /** The oldest batch is durable now. */
    Ready complete() {
        Ready ready = pending.removeFirst();
        persist(ready);
        return ready;
    }

    private void persist(Ready ready) {
        InstallSnapshot install = ready.install();
        if (install != null) {
            base = install.base();
            entries = new ArrayList<>();
        }
        ready.entries().forEach(this::put);
        HardState hard = ready.hardState();
        if (hard != null) hardState = hard;
    }

    private void put(Entry entry) {
        int position = (int) (entry.index() - base.index() - 1);
        if (position < 0 || position > entries.size()) throw new AssertionError("a gap on the disk before " + entry);
        entries.subList(position, entries.size()).clear();
        entries.add(entry);
    }

    void crash(RandomGenerator random) {
        while (!pending.isEmpty() && random.nextInt(3) == 0) complete();
        if (!pending.isEmpty() && random.nextInt(2) == 0) tear(pending.getFirst(), random);
        pending.clear();
    }

    void loseAll() {
        pending.clear();
    }

    private void tear(Ready ready, RandomGenerator random) {
        if (ready.install() != null || ready.entries().isEmpty()) return;
        ready.entries().subList(0, random.nextInt(ready.entries().size() + 1)).forEach(this::put);
    }

    void compact(EntryId to) {
        if (to.index() <= base.index()) return;
        entries.subList(0, (int) (to.index() - base.index())).clear();
        base = to;
    }
}
