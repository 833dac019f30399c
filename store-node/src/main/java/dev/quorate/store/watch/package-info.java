/**
 * Open watches, and the event stream cut for each of them.
 *
 * <p>May import: mvcc, java.util.concurrent.
 *
 * <p>Must not: know the api or the node; the API's streams only move what a watch gives them.
 *
 * <p>A watch is a cursor into the history. As long as its client keeps up, {@link
 * dev.quorate.store.watch.WatchRegistry#publish} puts the events that concern it into its queue: one object for all
 * watches of the key, encoded once. When the queue is full, or all queues together hold too much, the queue is dropped
 * and the watch reads the history from its cursor on, in pieces, until it has caught up. So nobody waits for a slow
 * client, memory is bounded, and there are no groups of watches to move between.
 *
 * <p>Threads: publish runs on the apply thread. Poll, progress and close of one watch are called by one stream at a time,
 * each on any thread. The listener is called by whoever makes an idle watch ready, at most once until the next poll says
 * Nothing; it must only wake up the stream.
 */
@NullMarked
package dev.quorate.store.watch;

import org.jspecify.annotations.NullMarked;
