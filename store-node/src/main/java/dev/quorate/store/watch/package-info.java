/**
 * Open watches, and the event stream cut for each of them.
 *
 * <p>May import: mvcc, java.util.concurrent.
 *
 * <p>Must not: know the api or the node; the API's streams only move what a watch gives them.
 */
@NullMarked
package dev.quorate.store.watch;

import org.jspecify.annotations.NullMarked;
