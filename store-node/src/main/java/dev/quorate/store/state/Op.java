package dev.quorate.store.state;

import dev.quorate.store.Bytes;
import dev.quorate.store.mvcc.KeyRange;
import dev.quorate.store.mvcc.RangeQuery;
import java.util.List;

/** One operation on keys, alone in a command or inside a transaction. */
public sealed interface Op {
    record Range(RangeQuery query) implements Op {}

    record Put(Bytes key, Bytes value, long lease, boolean wantsPrevious, boolean keepsValue, boolean keepsLease)
            implements Op, Command {
        public static Put of(Bytes key, Bytes value) {
            return new Put(key, value, 0, false, false, false);
        }
    }

    record DeleteRange(KeyRange range, boolean wantsPrevious) implements Op, Command {}

    record Txn(List<Compare> compares, List<Op> then, List<Op> orElse) implements Op, Command {}

    /** An operation that says nothing: etcd lets it through to the transaction and refuses it there. */
    record Missing() implements Op {}
}
