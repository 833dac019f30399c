package dev.quorate.store.state;

import dev.quorate.store.mvcc.MvccView;
import java.util.ArrayList;
import java.util.List;

/**
 * The branch of a transaction that will run, with the branches of the transactions nested in it, in order.
 *
 * <p>All conditions are decided against the keys as they are before the first change, also those of nested transactions.
 */
record TxnBranch(boolean succeeded, List<Op> ops, List<TxnBranch> nested) {
    static TxnBranch choose(Op.Txn txn, MvccView before) {
        boolean succeeded = Conditions.hold(txn.compares(), before);
        List<Op> ops = succeeded ? txn.then() : txn.orElse();
        List<TxnBranch> nested = List.of();
        for (Op op : ops) {
            if (!(op instanceof Op.Txn inner)) continue;
            if (nested.isEmpty()) nested = new ArrayList<>();
            nested.add(choose(inner, before));
        }
        return new TxnBranch(succeeded, ops, nested);
    }
}
