package dev.quorate.store.node.port;

import dev.quorate.store.raft.Entry;
import dev.quorate.store.raft.EntryId;
import dev.quorate.store.raft.HardState;
import dev.quorate.store.raft.Membership;
import java.io.IOException;
import java.util.List;
import java.util.Locale;
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
         * Hears changes. Without room batches wait in the log, none is lost or reported: the member should refuse writes
         * until there is enough again.
         */
        default void room(Room room) {}
    }

    /** How much room a member's disk has. */
    enum Room {
        ENOUGH,

        /** What was set aside is all there is: it is for what is under way, and for what makes room. */
        LOW,

        /** Nothing can be written; what should be waits. */
        NONE;

        public Room or(Room other) {
            return compareTo(other) >= 0 ? this : other;
        }

        /** Whether this failure would not be one with more room. The JDK has no type for it, only the system's sentence. */
        public static boolean isWanting(IOException failure) {
            String message = String.valueOf(failure.getMessage()).toLowerCase(Locale.ROOT);
            return message.contains("no space left") || message.contains("quota exceeded");
        }
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
