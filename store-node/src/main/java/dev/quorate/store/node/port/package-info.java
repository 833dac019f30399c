/**
 * What the loop asks of its edges, and what they carry to it and measure: the disk, the other members, whole states.
 *
 * <p>May import: raft, state, mvcc, and nothing of the loop itself, so that an edge can be written and tested without
 * one.
 */
@NullMarked
package dev.quorate.store.node.port;

import org.jspecify.annotations.NullMarked;
