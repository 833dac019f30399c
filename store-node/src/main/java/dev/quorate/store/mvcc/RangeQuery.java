package dev.quorate.store.mvcc;

import dev.quorate.store.Bytes;

/** A question about a key range at one revision; revision 0 = newest, limit 0 = all. */
public record RangeQuery(KeyRange range, long revision, long limit, Sort sort, Filters filters, Shape shape) {
    /** How much of each key is asked for. */
    public enum Shape {
        FULL,
        KEYS_ONLY,
        COUNT_ONLY
    }

    /** The direction of sorting. */
    public enum Order {
        NONE,
        ASCEND,
        DESCEND
    }

    /** What is sorted by. */
    public enum Target {
        KEY,
        VERSION,
        CREATE,
        MOD,
        VALUE
    }

    /** Direction and field of sorting. */
    public record Sort(Order order, Target target) {
        public static final Sort DEFAULT = new Sort(Order.NONE, Target.KEY);
    }

    /** Bounds on revisions, both ends included; 0 = no bound. */
    public record Filters(long minMod, long maxMod, long minCreate, long maxCreate) {
        public static final Filters NONE = new Filters(0, 0, 0, 0);
    }

    public static RangeQuery of(KeyRange range) {
        return new RangeQuery(range, 0, 0, Sort.DEFAULT, Filters.NONE, Shape.FULL);
    }

    public static RangeQuery get(Bytes key) {
        return of(KeyRange.single(key));
    }

    public RangeQuery at(long newRevision) {
        return new RangeQuery(range, newRevision, limit, sort, filters, shape);
    }

    public RangeQuery limited(long newLimit) {
        return new RangeQuery(range, revision, newLimit, sort, filters, shape);
    }

    public RangeQuery shaped(Shape newShape) {
        return new RangeQuery(range, revision, limit, sort, filters, newShape);
    }
}
