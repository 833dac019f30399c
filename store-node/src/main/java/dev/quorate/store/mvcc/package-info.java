/**
 * The versioned key space: every version of every key between the compacted and the current revision, as a sorted
 * index in memory from key to versions, each pointing at its bytes in the value log.
 *
 * <p>May import: java.base data types. It owns its port {@link dev.quorate.store.mvcc.ValueLog}.
 *
 * <p>Must not: know the node, files or threads. One writer; readers on any thread use a view.
 *
 * <p>One wire form lives here and not in codec: {@link dev.quorate.store.mvcc.KeyValue#encoded} is exactly the protobuf
 * form of etcd's KeyValue, because the value log, the key-space hash and range replies all are that form, byte by byte.
 */
@NullMarked
package dev.quorate.store.mvcc;

import org.jspecify.annotations.NullMarked;
