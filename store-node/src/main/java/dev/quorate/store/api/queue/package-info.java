/**
 * Locks and elections: etcd's services for clients that cannot wait in line by themselves. Whoever waits has a key below
 * the name, and comes first when no older key is left; everything here is done with transactions and watches that any
 * client could use as well.
 *
 * <p>May import: api.wire, node, state, mvcc, watch, generated stubs, gRPC. A call that waits has a virtual thread.
 *
 * <p>Must not: keep anything in memory that outlives a call, or know the other services.
 */
@NullMarked
package dev.quorate.store.api.queue;

import org.jspecify.annotations.NullMarked;
