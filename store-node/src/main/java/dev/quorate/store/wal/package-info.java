/**
 * The durable log: makes entries and votes durable, in order, in etcd's WAL format, and finds the torn tail after a
 * crash.
 *
 * <p>May import: node (its port), raft, disk, java.nio and the generated classes of the records that are not hot.
 *
 * <p>Must not: import codec or another edge; an entry's data is opaque here. Its two threads are {@code wal}, which
 * writes and syncs, and {@code wal-supply}, which prepares the next segment.
 *
 * <p>A segment is a row of frames: {@code u64 length and padding | walpb.Record | padding to 8}, little endian. A record
 * carries the running CRC-32C over the data of all records so far, also across segments: the first record of a segment
 * (crc) repeats the value, the second (metadata) says whose log it is. Then come, in any order, entries, hard states and
 * marks. The rest of a segment is zero. One rule is ours and invisible to etcd's readers: a mark that directly follows
 * the metadata starts the log anew after it; other marks forget nothing.
 */
@NullMarked
package dev.quorate.store.wal;

import org.jspecify.annotations.NullMarked;
