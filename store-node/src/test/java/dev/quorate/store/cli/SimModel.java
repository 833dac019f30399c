package dev.quorate.store.cli;

import dev.quorate.store.codec.ChangeCodec;
import dev.quorate.store.codec.CommandCodec;
import dev.quorate.store.raft.Entry;
import dev.quorate.store.state.Command;
import dev.quorate.store.state.Compare;
import dev.quorate.store.state.Op;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;

/** The key space as a child would write it: replays the log and knows what every answer should have been. */
final class SimModel {
    /** One change of one key; no value: it went. */
    record Event(long revision, String key, String value, String before) {
        boolean isHeardAs(Event heard) {
            String known = heard.before.equals(SimWatcher.UNKNOWN) ? before : heard.before;
            return equals(new Event(heard.revision, heard.key, heard.value, known));
        }
    }

    private final SortedMap<String, String> now = new TreeMap<>();
    private final List<SortedMap<String, String>> history = new ArrayList<>();
    private final List<Event> events = new ArrayList<>();
    private final SortedMap<String, Long> revisionOfValue = new TreeMap<>();
    private final SortedMap<Long, Long> deletedAt = new TreeMap<>();
    private final SortedSet<Long> leases = new TreeSet<>();
    private final SortedMap<String, Long> leaseOf = new TreeMap<>();
    private final SimTrust trust = new SimTrust();

    SimModel(Iterable<Entry> log) {
        history.add(new TreeMap<>()); // revision 0 never is
        history.add(new TreeMap<>());
        for (Entry entry : log) {
            if (entry.kind().isChange()) trust.members(ChangeCodec.decode(entry).members());
            else if (!entry.data().isEmpty())
                apply(CommandCodec.decode(entry.data()).command());
        }
    }

    private long revision() {
        return history.size() - 1L;
    }

    private void apply(Command command) {
        switch (command) {
            case Command.AlarmChange change -> trust.alarm(change);
            case Command other -> {
                if (!trust.isLost()) change(other);
            }
        }
    }

    private void change(Command command) {
        switch (command) {
            case Op.Put put -> put(put);
            case Op.DeleteRange delete -> {
                String key = delete.range().from().toUtf8();
                if (now.containsKey(key)) delete(List.of(key));
            }
            case Op.Txn txn -> {
                // The simulation's only transactions compare one key and put it or not.
                Compare compare = txn.compares().getFirst();
                String before = now.get(compare.range().from().toUtf8());
                boolean succeeds = compare.operand() instanceof Compare.Operand.Value expected
                        ? expected.value().toUtf8().equals(before)
                        : before == null;
                for (Op op : succeeds ? txn.then() : txn.orElse()) put((Op.Put) op);
            }
            case Command.LeaseGrant grant -> leases.add(grant.id());
            case Command.LeaseRevoke revoke -> {
                if (!leases.remove(revoke.id())) return;
                List<String> keys = leaseOf.entrySet().stream()
                        .filter(held -> held.getValue() == revoke.id())
                        .map(held -> held.getKey())
                        .toList();
                if (!keys.isEmpty()) delete(keys);
            }
            case Command.Simple simple -> {}
        }
    }

    private void delete(List<String> keys) {
        for (String key : keys) {
            events.add(new Event(revision() + 1, key, "", now.getOrDefault(key, "")));
            now.remove(key);
            leaseOf.remove(key);
        }
        history.add(new TreeMap<>(now));
        deletedAt.put(revision(), 1L);
    }

    private void put(Op.Put put) {
        if (put.lease() != 0 && !leases.contains(put.lease())) return;
        String key = put.key().toUtf8();
        String value = put.value().toUtf8();
        events.add(new Event(revision() + 1, key, value, now.getOrDefault(key, "")));
        now.put(key, value);
        if (put.lease() == 0) leaseOf.remove(key);
        else leaseOf.put(key, put.lease());
        history.add(new TreeMap<>(now));
        Long before = revisionOfValue.put(value, revision());
        if (before != null) throw new AssertionError("applied twice: " + value);
    }

    /** Does nobody answer for the keys any more? */
    boolean isStopped() {
        return trust.isLost();
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

    /** Ordered, unique, atomic, reliable: exactly these events are those of the revisions in between. */
    void checkWatched(long after, long upTo, List<Event> heard) {
        List<Event> expected = events.stream()
                .filter(event -> event.revision() > after && event.revision() <= upTo)
                .toList();
        boolean same = expected.size() == heard.size();
        for (int i = 0; same && i < heard.size(); i++) same = expected.get(i).isHeardAs(heard.get(i));
        if (!same)
            throw new AssertionError("from " + after + " to " + upTo + " a watch heard " + heard + ", not " + expected);
    }
}
