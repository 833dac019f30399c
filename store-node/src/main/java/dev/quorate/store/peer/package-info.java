/**
 * Carries raft messages, snapshots and forwarded calls between members; may lose messages, never invents one.
 *
 * <p>May import: node (its ports), raft, codec, tls.
 *
 * <p>Must not: other edges.
 */
@NullMarked
package dev.quorate.store.peer;

import org.jspecify.annotations.NullMarked;
