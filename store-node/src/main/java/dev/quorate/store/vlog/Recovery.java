package dev.quorate.store.vlog;

import dev.quorate.store.Bytes;
import dev.quorate.store.mvcc.Revision;

/** Is told what a log holds when it is opened: everything of whole batches, in the order in which it was appended. */
public interface Recovery {
    void version(Revision revision, boolean tombstone, Bytes encodedKeyValue);

    void fact(Bytes key, Bytes value);
}
