package dev.quorate.store.node;

import dev.quorate.store.raft.Entry;
import dev.quorate.store.raft.EntryId;
import dev.quorate.store.raft.HardState;
import dev.quorate.store.raft.Membership;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Port: the log on disk. No call waits for the disk; what is done is told to the listener in the order of the calls. */
public interface DurableLog {
    /** Hears from the log's own thread. */
    interface Listener {
        /** Everything up to this batch survives a power cut. */
        void persisted(long batch);

        /** A write or sync failed. The member must stop: what is on disk is no longer known. */
        void failed(Throwable cause);

        /**
         * Whether the disk has room. Without room batches wait in the log, none is lost or reported: the member should
         * refuse writes until it hears the contrary.
         */
        default void space(boolean enough) {}
    }

    /** Batch numbers grow. Without mustSync the batch may be reported before it is safe from a power cut. */
    void append(long batch, @Nullable HardState hardState, List<Entry> entries, boolean mustSync);

    /** The state up to this entry is safe outside the log: a start may begin after it. */
    void mark(EntryId applied, Membership membership);

    /** Files that only hold entries up to this index may go. */
    void release(long upToIndex);

    /** The state came from elsewhere: all entries are forgotten and the log goes on after the base. */
    void install(long batch, @Nullable HardState hardState, EntryId base, Membership membership);
}
