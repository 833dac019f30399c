package dev.quorate.store.api;

import dev.quorate.proto.etcdserverpb.WatchCreateRequest;
import dev.quorate.store.watch.Watch;
import java.util.concurrent.atomic.AtomicBoolean;

/** One watch of a {@link WatchStream}: what its client asked for, and where the stream is with it. */
final class OpenWatch {
    final long id;
    final boolean previous;
    final boolean fragment;
    final boolean progress;

    /** It stands in the stream's list of watches with news. */
    final AtomicBoolean announced = new AtomicBoolean();

    /** No event was sent since the last time for progress. */
    boolean quiet = true;

    boolean closed;

    @SuppressWarnings("NullAway.Init") // set by the stream right after, as news may come while it is being opened
    Watch watch;

    OpenWatch(long id, WatchCreateRequest request) {
        this.id = id;
        this.previous = request.getPrevKv();
        this.fragment = request.getFragment();
        this.progress = request.getProgressNotify();
    }
}
