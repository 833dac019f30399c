/**
 * Commands, facts and messages as bytes and back; every version number of a format lives here.
 *
 * <p>May import: raft, state, mvcc, lease, auth, protobuf and the generated messages.
 *
 * <p>Must not: do I/O or know the node or gRPC.
 *
 * <p>Commands are etcd's InternalRaftRequest and membership changes raftpb.ConfChange with etcd's member JSON, so that
 * etcd's own tools can read our log.
 */
@NullMarked
package dev.quorate.store.codec;

import org.jspecify.annotations.NullMarked;
