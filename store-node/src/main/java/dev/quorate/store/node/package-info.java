/**
 * The loop: takes what is waiting in the mailbox, lets raft think once, and does what it says.
 *
 * <p>May import: raft, state, watch, mvcc, lease, auth, codec.
 *
 * <p>Must not: files, sockets, gRPC, or any package that touches the outside; those implement the ports of this one.
 */
@NullMarked
package dev.quorate.store.node;

import org.jspecify.annotations.NullMarked;
