/**
 * The translation: from etcd's requests to our commands and questions, from outcomes and refusals to the bytes, codes
 * and texts that clients get. No calls, no threads.
 *
 * <p>May import: node (who answers, for headers), state, mvcc, generated messages, gRPC's statuses.
 *
 * <p>Must not: know the services of {@code api}, or decide anything.
 *
 * <p>Replies that carry key-values are not built as protobuf objects: the store keeps every key-value and every event in
 * its wire form, and a {@link dev.quorate.store.api.wire.Reply} copies these bytes once, into the transport's buffer.
 */
@NullMarked
package dev.quorate.store.api.wire;

import org.jspecify.annotations.NullMarked;
