package dev.quorate.store.node;

import dev.quorate.store.codec.CommandCodec;
import dev.quorate.store.raft.Entry;
import dev.quorate.store.raft.EntryKind;
import dev.quorate.store.state.Command;
import dev.quorate.store.state.Op;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/** The key space as a child would write it: replays the log and knows what every answer should have been. */
final class SimModel {
    private final SortedMap<String, String> now = new TreeMap<>();
    private final List<SortedMap<String, String>> history = new ArrayList<>();
    private final SortedMap<String, Long> revisionOfValue = new TreeMap<>();
    private final SortedMap<Long, Long> deletedAt = new TreeMap<>();

    SimModel(Iterable<Entry> log) {
        history.add(new TreeMap<>()); // revision 0 never is
        history.add(new TreeMap<>());
        for (Entry entry : log) {
            if (entry.kind() != EntryKind.NORMAL || entry.data().isEmpty()) continue;
            apply(CommandCodec.decode(entry.data()).command());
        }
    }

    private long revision() {
        return history.size() - 1L;
    }

    private void apply(Command command) {
        switch (command) {
            case Op.Put put -> put(put);
            case Op.DeleteRange delete -> {
                if (now.remove(delete.range().from().toUtf8()) == null) return;
                history.add(new TreeMap<>(now));
                deletedAt.put(revision(), 1L);
            }
            case Op.Txn txn -> {
                // The simulation's only transaction: if the key is absent put one value, else another.
                boolean absent = !now.containsKey(
                        txn.compares().getFirst().range().from().toUtf8());
                put((Op.Put) (absent ? txn.then() : txn.orElse()).getFirst());
            }
            case Command.Simple simple -> {}
        }
    }

    private void put(Op.Put put) {
        now.put(put.key().toUtf8(), put.value().toUtf8());
        history.add(new TreeMap<>(now));
        Long before = revisionOfValue.put(put.value().toUtf8(), revision());
        if (before != null) throw new AssertionError("applied twice: " + put.value());
    }

    void checkPut(String value, long revision) {
        Long expected = revisionOfValue.get(value);
        if (expected == null) throw new AssertionError("acknowledged and lost: " + value);
        if (expected != revision) throw new AssertionError(value + " was answered " + revision + ", is " + expected);
    }

    void checkDelete(long revision, long deleted) {
        if (deleted > 0 && !deletedAt.containsKey(revision))
            throw new AssertionError("nothing was deleted at " + revision);
    }

    void checkRead(String key, String value, long revision) {
        String expected = history.get(Math.toIntExact(revision)).getOrDefault(key, "");
        if (!expected.equals(value))
            throw new AssertionError(key + " at " + revision + " read " + value + ", is " + expected);
    }

    void checkUnchanged(long revision) {
        if (revision() != revision)
            throw new AssertionError("the state is at " + revision + ", the log at " + revision());
    }
}
