package dev.quorate.store.watch;

import dev.quorate.store.mvcc.MvccView;
import java.util.Collection;
import java.util.OptionalLong;
import java.util.function.Supplier;

/** All open watches. */
public final class WatchRegistry {
    public WatchRegistry(Supplier<MvccView> views, long maxQueuedBytes) {}

    /** The listener is called from the apply thread (or from open) and must only wake somebody up. */
    public Watch open(WatchRequest request, Runnable listener) {
        return new Watch();
    }

    /** Apply thread only, after the batch has become visible in the view. */
    public void publish(EventBatch batch) {}

    /** The answer to a progress request: a revision that every one of these watches has reached, or nothing. */
    public OptionalLong progress(Collection<Watch> watches) {
        return OptionalLong.empty();
    }

    public int size() {
        return 0;
    }
}
