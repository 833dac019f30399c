/**
 * Tells operators and probes how the node is: the HTTP/1.1 pages and the metrics.
 *
 * <p>May import: node, state, mvcc, watch, Netty's HTTP codec, the Prometheus client.
 *
 * <p>Must not: know gRPC or the other edges. The client port of {@code api} hands its HTTP/1.1 connections to
 * {@link dev.quorate.store.ops.HttpConversation}.
 */
@NullMarked
package dev.quorate.store.ops;

import org.jspecify.annotations.NullMarked;
