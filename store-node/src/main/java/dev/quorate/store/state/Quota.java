package dev.quorate.store.state;

import java.util.List;

/** How much a command may add to the database, as etcd reckons it for its quota. */
public final class Quota {
    private static final long LEASE_BYTES = 64;
    private static final long KEY_BYTES = 256;

    private Quota() {}

    /** 0 = it is let through however full the database is. */
    public static long costBytes(Command command) {
        return switch (command) {
            case Op.Put put -> cost(put);
            case Op.Txn txn -> cost(txn);
            case Command.LeaseGrant grant -> LEASE_BYTES;
            case Op.DeleteRange delete -> 0;
            case Command.Simple other -> 0;
        };
    }

    private static long cost(Op.Put put) {
        return KEY_BYTES + put.key().size() + put.value().size();
    }

    private static long cost(Op.Txn txn) {
        return Math.max(cost(txn.then()), cost(txn.orElse()));
    }

    private static long cost(List<Op> ops) {
        long sum = 0;
        for (Op op : ops) {
            sum += switch (op) {
                case Op.Put put -> cost(put);
                case Op.Txn nested -> cost(nested);
                case Op.Range range -> 0;
                case Op.DeleteRange delete -> 0;
                case Op.Missing missing -> 0;
            };
        }
        return sum;
    }
}
