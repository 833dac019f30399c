package dev.quorate.store.state;

import dev.quorate.store.mvcc.RangeQuery;
import java.util.Optional;

/** The rules of requests that can be checked without any state, before something is proposed. */
public final class Checks {
    private Checks() {}

    public static Optional<Refusal> range(RangeQuery query) {
        return Optional.empty();
    }

    public static Optional<Refusal> put(Op.Put put) {
        return Optional.empty();
    }

    public static Optional<Refusal> delete(Op.DeleteRange delete) {
        return Optional.empty();
    }

    public static Optional<Refusal> txn(Op.Txn txn, int maxOps) {
        return Optional.empty();
    }

    public static Optional<Refusal> leaseGrant(Command.LeaseGrant grant) {
        return Optional.empty();
    }

    /** True when it only reads, so that it need not travel in the log: ranges and nothing else at the top level. */
    public static boolean isReadOnly(Op.Txn txn) {
        return false;
    }
}
