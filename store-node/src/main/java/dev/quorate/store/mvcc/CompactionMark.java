package dev.quorate.store.mvcc;

/** The compacted revision: as the writer has it, and as every reader must respect it. -1 before any compaction. */
final class CompactionMark {
    private long working = -1;
    private volatile long published = -1;

    long working() {
        return working;
    }

    void set(long revision) {
        working = revision;
    }

    /** From now on versions below it may vanish. */
    void publish() {
        published = working;
    }

    long published() {
        return published;
    }
}
