package dev.quorate.store.state;

import dev.quorate.store.Bytes;
import dev.quorate.store.lease.Leases;
import dev.quorate.store.mvcc.MvccView;
import dev.quorate.store.mvcc.Revision;
import dev.quorate.store.mvcc.ValueLog;
import java.util.List;
import java.util.Optional;

/**
 * The replicated state of one member.
 *
 * <p>Apply thread: {@code apply} for each committed entry, then {@code endBatch}, then publish the events to watches and
 * answer clients. Everything else may be called from any thread and shows the state as of the last ended batch.
 */
public final class StoreState {
    public StoreState(ValueLog log) {}

    /** Collects what a recovery of the value log finds, in its order, and makes the state from it. */
    public static final class Restoring {
        public Restoring() {}

        public void version(Revision revision, boolean tombstone, Bytes encodedKeyValue) {}

        public void fact(Fact fact) {}

        public StoreState finish(ValueLog log, long revision) {
            return new StoreState(log);
        }
    }

    public Applied apply(long index, long term, Envelope envelope) {
        return new Applied(new Outcome.Done(), 0, List.of(), List.of());
    }

    /** Closes the batch in the value log and shows its changes to readers. */
    public void endBatch(long appliedIndex, long appliedTerm) {}

    /** Does a bounded piece of what compactions left to do; false = nothing left. Apply thread, between batches. */
    public boolean compactStep(int maxKeys) {
        return false;
    }

    public MvccView view() {
        return new MvccView();
    }

    /** A read-only transaction at this moment; see {@link Checks#isReadOnly}. */
    public Outcome read(Op.Txn txn) {
        return new Outcome.Done();
    }

    public Members members() {
        return Members.NONE;
    }

    public List<Alarm> alarms() {
        return List.of();
    }

    public Leases leases() {
        return new Leases();
    }

    /** Empty before the first one is set. */
    public String clusterVersion() {
        return "";
    }

    /** What an alarm forbids at this moment, before anything is proposed; apply checks it again. */
    public Optional<Refusal> forbidden(Command command) {
        return Optional.empty();
    }

    /** How much the command may add to the value log: key + value + 256 for a put, 64 for a lease. */
    public static long costBytes(Command command) {
        return 0;
    }
}
