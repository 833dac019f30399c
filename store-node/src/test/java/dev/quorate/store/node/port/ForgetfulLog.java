package dev.quorate.store.node.port;

import dev.quorate.store.raft.Entry;
import dev.quorate.store.raft.EntryId;
import dev.quorate.store.raft.HardState;
import dev.quorate.store.raft.Membership;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Everything is durable at once, and nothing is kept. */
public class ForgetfulLog implements DurableLog {
    private final DurableLog.Listener listener;

    public ForgetfulLog(DurableLog.Listener listener) {
        this.listener = listener;
    }

    @Override
    public void append(long batch, @Nullable HardState hardState, List<Entry> entries, boolean mustSync) {
        listener.persisted(batch);
    }

    @Override
    public void mark(EntryId applied, Membership membership) {}

    @Override
    public void release(long upToIndex) {}

    @Override
    public void install(long batch, @Nullable HardState hardState, EntryId base, Membership membership) {}
}
