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
        throw new UnsupportedOperationException();
    }

    /** Apply thread only, after the batch has become visible in the view. */
    public void publish(EventBatch batch) {
        throw new UnsupportedOperationException();
    }

    /** The answer to a progress request: a revision that every one of these watches has reached, or nothing. */
    public OptionalLong progress(Collection<Watch> watches) {
        throw new UnsupportedOperationException();
    }

    public int size() {
        throw new UnsupportedOperationException();
    }
}
