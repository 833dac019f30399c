/**
 * Speaks etcd v3: the services, one class each, and the port they share with the HTTP pages.
 *
 * <p>May import: node, state, mvcc, watch, lease, auth, ops (the HTTP pages share the client port), tls, generated stubs,
 * gRPC. Translation is the business of {@link dev.quorate.store.api.wire}.
 *
 * <p>Must not: know raft or the disk, or decide anything. What a client is told about a refusal stands in {@link
 * dev.quorate.store.api.wire.Statuses} and nowhere else.
 *
 * <p>Threads: event loops take requests and give answers, and never wait. Proposals are answered by the apply thread
 * that knows their outcome. Short reads run on the call's own event loop, reads that may be long on a few platform
 * threads, watch streams on a few more.
 */
@NullMarked
package dev.quorate.store.api;

import org.jspecify.annotations.NullMarked;
