package dev.quorate.store.raft;

import dev.quorate.store.Bytes;

/** One position of the log. The data is opaque here; an empty NORMAL entry is the one that starts a term. */
public record Entry(long term, long index, EntryKind kind, Bytes data) {
    /** What an entry costs in messages and memory besides its data: term, index, kind, framing. */
    private static final int OVERHEAD_BYTES = 16;

    public EntryId id() {
        return new EntryId(term, index);
    }

    public long sizeBytes() {
        return data.size() + (long) OVERHEAD_BYTES;
    }

    @Override
    public String toString() {
        return term + "/" + index + (kind == EntryKind.NORMAL ? "" : " " + kind) + " '" + data + "'";
    }
}
