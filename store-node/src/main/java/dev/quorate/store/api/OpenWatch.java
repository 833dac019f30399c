package dev.quorate.store.api;

import dev.quorate.proto.etcdserverpb.WatchCreateRequest;
import dev.quorate.proto.etcdserverpb.WatchCreateRequest.FilterType;
import dev.quorate.store.mvcc.KeyRange;
import dev.quorate.store.watch.Watch;
import dev.quorate.store.watch.WatchRequest;
import java.util.List;
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

    /** What the client asked for, as the registry of watches understands it. */
    static WatchRequest wish(WatchCreateRequest request, KeyRange range) {
        List<FilterType> filters = request.getFiltersList();
        return new WatchRequest(
                range,
                request.getStartRevision(),
                filters.contains(FilterType.NOPUT),
                filters.contains(FilterType.NODELETE));
    }

    OpenWatch(long id, WatchCreateRequest request) {
        this.id = id;
        this.previous = request.getPrevKv();
        this.fragment = request.getFragment();
        this.progress = request.getProgressNotify();
    }
}
