package dev.quorate.store.vlog;

import dev.quorate.store.Bytes;
import dev.quorate.store.mvcc.FoundVersion;

/** Is told what a log holds when it is opened: everything of whole batches. */
public interface Recovery {
    /** Comes in the order of keys, and for one key oldest first. */
    void version(FoundVersion found);

    /** Comes in the order in which facts were appended. */
    void fact(Bytes key, Bytes value);
}
