package dev.quorate.store.mvcc;

/** The key space: one writer, any number of readers through {@link #view}. */
public final class MvccStore {
    public MvccStore(ValueLog log) {}

    public MvccView view() {
        return new MvccView();
    }
}
