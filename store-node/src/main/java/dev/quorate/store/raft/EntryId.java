package dev.quorate.store.raft;

/** The name of an entry: no two different entries ever have the same term and index. */
public record EntryId(long term, long index) {
    public static final EntryId NONE = new EntryId(0, 0);

    /** A log that ends here may lead a member whose log ends there (thesis 3.6.1). */
    public boolean isAtLeastAsUpToDateAs(EntryId other) {
        return term > other.term || (term == other.term && index >= other.index);
    }

    @Override
    public String toString() {
        return term + "/" + index;
    }
}
