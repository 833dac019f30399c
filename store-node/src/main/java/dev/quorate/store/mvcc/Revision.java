package dev.quorate.store.mvcc;

/** A point in the history: {@code main} counts the transactions that changed something, {@code sub} the changes inside. */
public record Revision(long main, long sub) implements Comparable<Revision> {
    @Override
    public int compareTo(Revision other) {
        int byMain = Long.compare(main, other.main);
        return byMain != 0 ? byMain : Long.compare(sub, other.sub);
    }
}
