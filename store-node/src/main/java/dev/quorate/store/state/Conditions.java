package dev.quorate.store.state;

import dev.quorate.store.Bytes;
import dev.quorate.store.mvcc.KeyValue;
import dev.quorate.store.mvcc.MvccView;
import dev.quorate.store.mvcc.RangeQuery;
import dev.quorate.store.mvcc.RangeQuery.Shape;
import dev.quorate.store.mvcc.RangeResult;
import java.util.List;

/** Says whether the conditions of a transaction hold in a picture of the keys. */
final class Conditions {
    private static final KeyValue ABSENT = new KeyValue(Bytes.EMPTY, 0, 0, 0, Bytes.EMPTY, 0);

    private Conditions() {}

    static boolean hold(List<Compare> compares, MvccView view) {
        for (Compare compare : compares) if (!holds(compare, view)) return false;
        return true;
    }

    private static boolean holds(Compare compare, MvccView view) {
        if (!compare.range().isSingle()) return holdsForAll(compare, view);
        Bytes key = compare.range().from();
        return switch (compare.operand()) {
            case Compare.Operand.Version operand ->
                matches(compare, Long.compare(view.numbers(key).version(), operand.version()));
            case Compare.Operand.CreateRevision operand ->
                matches(compare, Long.compare(view.numbers(key).createRevision(), operand.revision()));
            case Compare.Operand.ModRevision operand ->
                matches(compare, Long.compare(view.numbers(key).modRevision(), operand.revision()));
            case Compare.Operand.Value operand -> {
                Bytes encoded = view.encodedAt(key, view.revision());
                yield !encoded.isEmpty() && holdsFor(compare, KeyValue.decode(encoded));
            }
            case Compare.Operand.LeaseId operand -> {
                Bytes encoded = view.encodedAt(key, view.revision());
                yield holdsFor(compare, encoded.isEmpty() ? ABSENT : KeyValue.decode(encoded));
            }
        };
    }

    /** A range without keys is treated like a missing key. */
    private static boolean holdsForAll(Compare compare, MvccView view) {
        RangeQuery counting = RangeQuery.of(compare.range()).shaped(Shape.COUNT_ONLY);
        if (!(view.range(counting) instanceof RangeResult.Found found)) return false;
        if (found.count() == 0) {
            return !(compare.operand() instanceof Compare.Operand.Value) && holdsFor(compare, ABSENT);
        }
        return view.all(compare.range(), shape(compare.operand()), kv -> holdsFor(compare, kv));
    }

    private static Shape shape(Compare.Operand operand) {
        return switch (operand) {
            case Compare.Operand.Version version -> Shape.KEYS_ONLY;
            case Compare.Operand.CreateRevision created -> Shape.KEYS_ONLY;
            case Compare.Operand.ModRevision modified -> Shape.KEYS_ONLY;
            case Compare.Operand.Value value -> Shape.FULL;
            case Compare.Operand.LeaseId lease -> Shape.FULL;
        };
    }

    private static boolean holdsFor(Compare compare, KeyValue kv) {
        int order = switch (compare.operand()) {
            case Compare.Operand.Version operand -> Long.compare(kv.version(), operand.version());
            case Compare.Operand.CreateRevision operand -> Long.compare(kv.createRevision(), operand.revision());
            case Compare.Operand.ModRevision operand -> Long.compare(kv.modRevision(), operand.revision());
            case Compare.Operand.Value operand -> kv.value().compareTo(operand.value());
            case Compare.Operand.LeaseId operand -> Long.compare(kv.lease(), operand.id());
        };
        return matches(compare, order);
    }

    private static boolean matches(Compare compare, int order) {
        return switch (compare.relation()) {
            case EQUAL -> order == 0;
            case NOT_EQUAL -> order != 0;
            case GREATER -> order > 0;
            case LESS -> order < 0;
        };
    }
}
