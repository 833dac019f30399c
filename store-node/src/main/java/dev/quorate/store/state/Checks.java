package dev.quorate.store.state;

import dev.quorate.store.Bytes;
import dev.quorate.store.lease.Leases;
import dev.quorate.store.mvcc.KeyRange;
import dev.quorate.store.mvcc.RangeQuery;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeSet;

/** The rules of requests that can be checked without any state, before something is proposed. */
public final class Checks {
    private static final Optional<Refusal> FINE = Optional.empty();

    private Checks() {}

    public static Optional<Refusal> range(RangeQuery query) {
        return query.range().from().isEmpty() ? Optional.of(Refusal.EMPTY_KEY) : FINE;
    }

    public static Optional<Refusal> put(Op.Put put) {
        if (put.key().isEmpty()) return Optional.of(Refusal.EMPTY_KEY);
        if (put.keepsValue() && !put.value().isEmpty()) return Optional.of(Refusal.VALUE_PROVIDED);
        if (put.keepsLease() && put.lease() != 0) return Optional.of(Refusal.LEASE_PROVIDED);
        return FINE;
    }

    public static Optional<Refusal> delete(Op.DeleteRange delete) {
        return delete.range().from().isEmpty() ? Optional.of(Refusal.EMPTY_KEY) : FINE;
    }

    public static Optional<Refusal> txn(Op.Txn txn, int maxOps) {
        Optional<Refusal> refusal = shape(txn, maxOps);
        if (refusal.isPresent()) return refusal;
        if (isSimple(txn)) return FINE;
        return duplicates(txn);
    }

    public static Optional<Refusal> leaseGrant(Command.LeaseGrant grant) {
        return grant.ttlSeconds() > Leases.MAX_TTL_SECONDS ? Optional.of(Refusal.LEASE_TTL_TOO_LARGE) : FINE;
    }

    /** True when it only reads, so that it need not travel in the log: ranges and nothing else at the top level. */
    public static boolean isReadOnly(Op.Txn txn) {
        return onlyRanges(txn.then()) && onlyRanges(txn.orElse());
    }

    private static boolean onlyRanges(List<Op> ops) {
        for (Op op : ops) if (!(op instanceof Op.Range)) return false;
        return true;
    }

    private static Optional<Refusal> shape(Op.Txn txn, int maxOps) {
        int longest = Math.max(
                txn.compares().size(), Math.max(txn.then().size(), txn.orElse().size()));
        if (longest > maxOps) return Optional.of(Refusal.TOO_MANY_OPS);
        for (Compare compare : txn.compares()) {
            if (compare.range().from().isEmpty()) return Optional.of(Refusal.EMPTY_KEY);
        }
        Optional<Refusal> refusal = ops(txn.then(), maxOps - longest);
        return refusal.isPresent() ? refusal : ops(txn.orElse(), maxOps - longest);
    }

    private static Optional<Refusal> ops(List<Op> ops, int opsLeft) {
        for (Op op : ops) {
            Optional<Refusal> refusal = switch (op) {
                case Op.Range range -> range(range.query());
                case Op.Put put -> put(put);
                case Op.DeleteRange delete -> delete(delete);
                case Op.Txn nested -> shape(nested, opsLeft);
                case Op.Missing missing -> Optional.of(Refusal.KEY_NOT_FOUND);
            };
            if (refusal.isPresent()) return refusal;
        }
        return FINE;
    }

    /** At most one change in each branch: nothing can be changed twice. */
    private static boolean isSimple(Op.Txn txn) {
        return changes(txn.then()) <= 1 && changes(txn.orElse()) <= 1;
    }

    private static int changes(List<Op> ops) {
        int changes = 0;
        for (Op op : ops) {
            if (op instanceof Op.Txn) return 2;
            if (!(op instanceof Op.Range)) changes++;
        }
        return changes;
    }

    /** Keys that a branch puts and ranges that it deletes, nested transactions included. */
    private static final class Changes {
        private final SortedSet<Bytes> puts = new TreeSet<>();
        private final List<KeyRange> deletes = new ArrayList<>();

        /** False when the key is put already or deleted. */
        boolean put(Bytes key) {
            for (KeyRange range : deletes) if (range.contains(key)) return false;
            return puts.add(key);
        }

        /** Would a put of the other change a key for the second time? Deletions after a put are let through, as in etcd. */
        boolean clashesWith(Changes other) {
            for (Bytes key : other.puts) if (puts.contains(key)) return true;
            for (KeyRange range : deletes) {
                SortedSet<Bytes> behind = other.puts.tailSet(range.from());
                if (!behind.isEmpty() && range.contains(behind.first())) return true;
            }
            return false;
        }

        void add(Changes other) {
            puts.addAll(other.puts);
            deletes.addAll(other.deletes);
        }
    }

    private static Optional<Refusal> duplicates(Op.Txn txn) {
        boolean fine =
                changesOf(txn.then()).isPresent() && changesOf(txn.orElse()).isPresent();
        return fine ? FINE : Optional.of(Refusal.DUPLICATE_KEY);
    }

    /** What a branch changes, or empty when it changes a key twice. */
    private static Optional<Changes> changesOf(List<Op> ops) {
        Changes changes = new Changes();
        for (Op op : ops) {
            // etcd overlooks deletions up to the end of the key space; a put that keeps a value they took then ends it.
            if (op instanceof Op.DeleteRange delete) changes.deletes.add(delete.range());
        }
        // Deletions first: their order among the puts makes no difference, a key may only be changed once.
        for (Op op : ops) {
            if (!(op instanceof Op.Txn nested)) continue;
            Optional<Changes> then = changesOf(nested.then());
            Optional<Changes> orElse = changesOf(nested.orElse());
            if (then.isEmpty() || orElse.isEmpty()) return Optional.empty();
            // Only one of the two branches will run, so they may touch the same keys.
            if (changes.clashesWith(then.get()) || changes.clashesWith(orElse.get())) return Optional.empty();
            changes.add(then.get());
            changes.add(orElse.get());
        }
        for (Op op : ops) {
            if (op instanceof Op.Put put && !changes.put(put.key())) return Optional.empty();
        }
        return Optional.of(changes);
    }
}
