package dev.quorate.store.node;

import dev.quorate.store.raft.Entry;
import dev.quorate.store.raft.EntryId;
import dev.quorate.store.raft.HardState;
import dev.quorate.store.raft.Membership;
import dev.quorate.store.sim.Agenda;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/** A member's log on a disk that takes its time, and in a crash loses what it has not finished. */
final class SimLog implements DurableLog {
    /** What is durable. */
    static final class Durable {
        HardState hardState = HardState.NONE;
        EntryId base = EntryId.NONE;
        long safeIndex;
        final List<Entry> entries = new ArrayList<>();
    }

    private record Write(
            long batch,
            @Nullable HardState hardState,
            List<Entry> entries,
            @Nullable EntryId mark,
            @Nullable EntryId install) {}

    private final Durable durable;
    private final Agenda agenda;
    private final RandomGenerator random;
    private final Runnable poke;
    private final Deque<Write> pending = new ArrayDeque<>();
    private @Nullable Mailbox mailbox;
    private boolean busy;
    private boolean dead;
    int slowMillis = 3;

    SimLog(Durable durable, Agenda agenda, RandomGenerator random, Runnable poke) {
        this.durable = durable;
        this.agenda = agenda;
        this.random = random;
        this.poke = poke;
    }

    void start(Mailbox listener) {
        mailbox = listener;
        work();
    }

    @Override
    public void append(long batch, @Nullable HardState hardState, List<Entry> entries, boolean mustSync) {
        pending.add(new Write(batch, hardState, List.copyOf(entries), null, null));
        work();
    }

    @Override
    public void mark(EntryId applied, Membership membership) {
        pending.add(new Write(0, null, List.of(), applied, null));
        work();
    }

    @Override
    public void release(long upToIndex) {
        // Whole segments only: here nothing goes before the mark, and then all of it.
        if (durable.safeIndex < upToIndex || random.nextInt(2) == 0) return;
        while (!durable.entries.isEmpty() && durable.entries.getFirst().index() <= upToIndex)
            durable.base = durable.entries.removeFirst().id();
    }

    @Override
    public void install(long batch, @Nullable HardState hardState, EntryId base, Membership membership) {
        pending.add(new Write(batch, hardState, List.of(), null, base));
        work();
    }

    private void work() {
        Mailbox listener = mailbox;
        if (busy || dead || pending.isEmpty() || listener == null) return;
        busy = true;
        agenda.after(1 + random.nextInt(slowMillis), () -> {
            if (dead) return;
            busy = false;
            int group = 1 + random.nextInt(pending.size());
            for (int i = 0; i < group; i++) {
                Write write = pending.removeFirst();
                complete(write);
                listener.persisted(write.batch());
            }
            poke.run();
            work();
        });
    }

    private void complete(Write write) {
        EntryId install = write.install();
        if (install != null) {
            durable.base = install;
            durable.safeIndex = install.index();
            durable.entries.clear();
        }
        EntryId mark = write.mark();
        if (mark != null) durable.safeIndex = Math.max(durable.safeIndex, mark.index());
        write.entries().forEach(this::put);
        HardState hard = write.hardState();
        if (hard != null) durable.hardState = hard;
    }

    private void put(Entry entry) {
        int place = (int) (entry.index() - durable.base.index() - 1);
        if (place < 0 || place > durable.entries.size()) throw new AssertionError("a gap before " + entry);
        durable.entries.subList(place, durable.entries.size()).clear();
        durable.entries.add(entry);
    }

    /** Only what had been written survives, and perhaps the next writes, and perhaps half of the one after. */
    void crash() {
        dead = true;
        while (!pending.isEmpty() && random.nextInt(3) == 0) complete(pending.removeFirst());
        if (!pending.isEmpty() && pending.getFirst().install() == null && random.nextBoolean()) {
            List<Entry> entries = pending.getFirst().entries();
            if (!entries.isEmpty())
                entries.subList(0, random.nextInt(entries.size())).forEach(this::put);
        }
    }

    /** The entry as this member has it, durable or on its way to the disk. */
    @Nullable
    Entry at(long index) {
        Entry found = null;
        int place = (int) (index - durable.base.index() - 1);
        if (place >= 0 && place < durable.entries.size()) found = durable.entries.get(place);
        for (Write write : pending) {
            for (Entry entry : write.entries()) if (entry.index() == index) found = entry;
        }
        return found;
    }
}
