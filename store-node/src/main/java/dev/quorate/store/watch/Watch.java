package dev.quorate.store.watch;

import java.util.OptionalLong;

/** One open watch: a range and a cursor into the history. One stream thread polls it. */
public final class Watch {
    Watch() {}

    public WatchRequest request() {
        return new WatchRequest(dev.quorate.store.mvcc.KeyRange.ALL, 0, false, false);
    }

    /** The revision of the store when it was opened: for the header of the created reply. */
    public long openedAt() {
        return 0;
    }

    /** May read history from the value log, so it may block for a moment; stops at about {@code maxBytes}. */
    public Polled poll(long maxBytes) {
        return new Polled.Nothing();
    }

    /** The revision up to which everything was handed out by poll, if this watch is not behind it. */
    public OptionalLong progress() {
        return OptionalLong.empty();
    }

    public void close() {}
}
