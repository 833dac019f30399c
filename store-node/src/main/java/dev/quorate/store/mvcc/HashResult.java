package dev.quorate.store.mvcc;

/** The answer to a question for the hash of the key space. */
public sealed interface HashResult {
    /** CRC-32C over all versions that count at this revision; {@code compactRevision} is -1 before any compaction. */
    record Hash(int hash, long compactRevision, long hashRevision) implements HashResult {}

    /** The asked revision is below the compacted one. */
    record Compacted(long compactRevision) implements HashResult {}

    /** The asked revision has not happened yet. */
    record Future(long revision) implements HashResult {}
}
