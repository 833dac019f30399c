package dev.quorate.store.state;

import dev.quorate.store.Bytes;
import dev.quorate.store.Invariant;
import dev.quorate.store.lease.Leases;
import dev.quorate.store.mvcc.KeyEvent;
import dev.quorate.store.mvcc.KeyRange;
import dev.quorate.store.mvcc.KeyValue;
import dev.quorate.store.mvcc.MvccStore;
import dev.quorate.store.mvcc.MvccView;
import dev.quorate.store.mvcc.RangeResult;
import dev.quorate.store.mvcc.Txn;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;

/** The commands that change keys. Everything that can refuse one is found before its first change. */
final class KeyCommands {
    private static final Optional<Refusal> FINE = Optional.empty();

    private final MvccStore store;
    private final Leases leases;

    /** An outcome and the events that go with it. */
    record Done(Outcome outcome, List<KeyEvent> events) {}

    KeyCommands(MvccStore store, Leases leases) {
        this.store = store;
        this.leases = leases;
    }

    Done put(Op.Put put) {
        Optional<Refusal> refusal = Checks.put(put);
        if (refusal.isEmpty()) refusal = lease(put);
        if (refusal.isEmpty()) refusal = previous(put, store.working());
        if (refusal.isPresent()) return refused(refusal.get());
        Txn txn = store.begin();
        Outcome outcome = run(put, txn);
        return new Done(outcome, txn.commit());
    }

    Done deleteRange(Op.DeleteRange delete, AnswerRoom room) {
        Optional<Refusal> refusal = Checks.delete(delete);
        if (refusal.isPresent()) return refused(refusal.get());
        Txn txn = store.begin();
        Outcome outcome = run(delete, txn, room);
        return done(outcome, txn.commit(), room);
    }

    Done txn(Op.Txn request, AnswerRoom room) {
        Optional<Refusal> refusal = Checks.txn(request, Integer.MAX_VALUE);
        if (refusal.isPresent()) return refused(refusal.get());
        MvccView before = store.working();
        TxnBranch branch = TxnBranch.choose(request, before);
        refusal = check(branch, before);
        if (refusal.isPresent()) return refused(refusal.get());
        Txn txn = store.begin();
        List<Outcome> results = run(branch, txn, room);
        long revision = txn.revision();
        List<KeyEvent> events = txn.commit();
        return done(new Outcome.TxnDone(revision, branch.succeeded(), results), events, room);
    }

    /** What was written stays; only the answer is lost. */
    private static Done done(Outcome outcome, List<KeyEvent> events, AnswerRoom room) {
        return new Done(room.isExceeded() ? new Outcome.Refused(Refusal.ANSWER_TOO_LARGE) : outcome, events);
    }

    /** A transaction that only reads, in a picture. */
    static Outcome read(Op.Txn request, MvccView view, AnswerRoom room) {
        Optional<Refusal> refusal = Checks.txn(request, Integer.MAX_VALUE);
        if (refusal.isPresent()) return new Outcome.Refused(refusal.get());
        TxnBranch branch = TxnBranch.choose(request, view);
        List<Outcome> results = new ArrayList<>(branch.ops().size());
        for (Op op : branch.ops()) {
            if (!(op instanceof Op.Range range)) throw new Invariant.Broken("a read-only transaction only reads");
            refusal = revision(range, view);
            if (refusal.isPresent()) return new Outcome.Refused(refusal.get());
            switch (view.range(range.query(), room.left())) {
                case RangeResult.Found found -> {
                    room.take(found.encoded());
                    results.add(new Outcome.RangeDone(found));
                }
                case RangeResult.TooLarge large -> {
                    return new Outcome.Refused(Refusal.ANSWER_TOO_LARGE);
                }
                case RangeResult.Compacted compacted -> {
                    return new Outcome.Refused(Refusal.COMPACTED);
                }
                case RangeResult.Future future -> {
                    return new Outcome.Refused(Refusal.FUTURE_REVISION);
                }
            }
        }
        return new Outcome.TxnDone(view.revision(), branch.succeeded(), results);
    }

    /** Deletes the keys of a lease, all at one revision, in key order. */
    List<KeyEvent> deleteAll(List<Bytes> keys) {
        if (keys.isEmpty()) return List.of();
        Txn txn = store.begin();
        for (Bytes key : keys) run(new Op.DeleteRange(KeyRange.single(key), false), txn, AnswerRoom.nobodyWaits());
        return txn.commit();
    }

    private Optional<Refusal> check(TxnBranch branch, MvccView before) {
        Iterator<TxnBranch> nested = branch.nested().iterator();
        for (Op op : branch.ops()) {
            Optional<Refusal> refusal = switch (op) {
                case Op.Range range -> revision(range, before);
                case Op.Put put -> {
                    Optional<Refusal> absent = previous(put, before);
                    yield absent.isPresent() ? absent : lease(put);
                }
                case Op.DeleteRange delete -> FINE;
                case Op.Txn inner -> check(nested.next(), before);
                case Op.Missing missing -> Optional.of(Refusal.KEY_NOT_FOUND);
            };
            if (refusal.isPresent()) return refusal;
        }
        return FINE;
    }

    /** Inside a transaction only 0 means now; a negative revision is one that was compacted long ago. */
    private static Optional<Refusal> revision(Op.Range range, MvccView view) {
        long revision = range.query().revision();
        if (revision == 0) return FINE;
        if (revision > view.revision()) return Optional.of(Refusal.FUTURE_REVISION);
        return revision < view.compactRevision() ? Optional.of(Refusal.COMPACTED) : FINE;
    }

    private Optional<Refusal> lease(Op.Put put) {
        return put.lease() == 0 || leases.exists(put.lease()) ? FINE : Optional.of(Refusal.LEASE_NOT_FOUND);
    }

    private static Optional<Refusal> previous(Op.Put put, MvccView view) {
        if (!put.keepsValue() && !put.keepsLease()) return FINE;
        return view.numbers(put.key()).exists() ? FINE : Optional.of(Refusal.KEY_NOT_FOUND);
    }

    private List<Outcome> run(TxnBranch branch, Txn txn, AnswerRoom room) {
        List<Outcome> results = new ArrayList<>(branch.ops().size());
        Iterator<TxnBranch> nested = branch.nested().iterator();
        for (Op op : branch.ops()) {
            results.add(
                    switch (op) {
                        case Op.Range range -> run(range, txn, room);
                        case Op.Put put -> run(put, txn);
                        case Op.DeleteRange delete -> run(delete, txn, room);
                        case Op.Txn inner -> {
                            TxnBranch chosen = nested.next();
                            // etcd leaves the header of a nested transaction empty.
                            yield new Outcome.TxnDone(0, chosen.succeeded(), run(chosen, txn, room));
                        }
                        case Op.Missing missing -> throw new Invariant.Broken("an empty operation was let through");
                    });
        }
        return results;
    }

    private static Outcome run(Op.Range range, Txn txn, AnswerRoom room) {
        RangeResult.Found nothing = new RangeResult.Found(List.of(), false, 0, txn.revision());
        if (!room.isOpen()) return new Outcome.RangeDone(nothing);
        return switch (txn.range(range.query(), room.left())) {
            case RangeResult.Found found -> {
                room.take(found.encoded());
                yield new Outcome.RangeDone(found);
            }
            case RangeResult.TooLarge large -> {
                room.exceed();
                yield new Outcome.RangeDone(nothing);
            }
            case RangeResult.Compacted compacted -> throw refusedLate();
            case RangeResult.Future future -> throw refusedLate();
        };
    }

    private static Invariant.Broken refusedLate() {
        return new Invariant.Broken("a range in a transaction was refused after it had been checked");
    }

    private Outcome run(Op.Put put, Txn txn) {
        Bytes previous =
                put.wantsPrevious() || put.keepsValue() || put.keepsLease() ? txn.current(put.key()) : Bytes.EMPTY;
        Bytes value = put.value();
        long lease = put.lease();
        if (put.keepsValue() || put.keepsLease()) {
            KeyValue before = KeyValue.decode(previous);
            if (put.keepsValue()) value = before.value();
            if (put.keepsLease()) lease = before.lease();
        }
        txn.put(put.key(), value, lease);
        leases.attach(put.key(), lease);
        return new Outcome.PutDone(txn.revision(), put.wantsPrevious() ? previous : Bytes.EMPTY);
    }

    private Outcome run(Op.DeleteRange delete, Txn txn, AnswerRoom room) {
        boolean showsPrevious = delete.wantsPrevious() && room.isOpen();
        long bytes = showsPrevious ? room.left() + 1 : 0;
        List<Bytes> previous = txn.deleteRange(delete.range(), bytes, key -> leases.attach(key, 0));
        if (showsPrevious) room.take(previous);
        return new Outcome.DeleteDone(txn.revision(), previous.size(), showsPrevious ? previous : List.of());
    }

    private static Done refused(Refusal reason) {
        return new Done(new Outcome.Refused(reason), List.of());
    }
}
