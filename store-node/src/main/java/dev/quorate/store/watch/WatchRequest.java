package dev.quorate.store.watch;

import dev.quorate.store.mvcc.KeyRange;

/** What a watch wants to see; {@code startRevision} 0 = from now on. */
public record WatchRequest(KeyRange range, long startRevision, boolean noPut, boolean noDelete) {}
