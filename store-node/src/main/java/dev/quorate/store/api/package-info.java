/**
 * Speaks etcd v3: translates requests to commands, and outcomes to responses.
 *
 * <p>May import: node, state, mvcc, watch, lease, auth, ops (the HTTP pages share the client port), generated stubs,
 * gRPC.
 *
 * <p>Must not: know raft or the disk, or decide anything. What a client is told about a refusal stands in {@link
 * dev.quorate.store.api.Statuses} and nowhere else.
 *
 * <p>Replies that carry key-values are not built as protobuf objects: the store keeps every key-value and every event in
 * its wire form, and an {@link dev.quorate.store.api.EncodedMessage} copies these bytes once, into the transport's buffer.
 */
@NullMarked
package dev.quorate.store.api;

import org.jspecify.annotations.NullMarked;
