package dev.quorate.store.state;

import dev.quorate.store.Bytes;
import dev.quorate.store.mvcc.KeyRange;

/** One condition of a transaction; with a range it must hold for every key in it. */
public record Compare(KeyRange range, Relation relation, Operand operand) {
    /** How the stored value must relate to the operand. */
    public enum Relation {
        EQUAL,
        GREATER,
        LESS,
        NOT_EQUAL
    }

    /** What is compared, and with what. */
    public sealed interface Operand {
        record Version(long version) implements Operand {}

        record CreateRevision(long revision) implements Operand {}

        record ModRevision(long revision) implements Operand {}

        record Value(Bytes value) implements Operand {}

        record LeaseId(long id) implements Operand {}
    }
}
