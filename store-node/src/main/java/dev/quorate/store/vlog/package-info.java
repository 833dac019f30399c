/**
 * The value log: the bytes of every version, and of the small facts beside them, in append-only segment files.
 *
 * <p>May import: node and mvcc (their ports), disk, java.nio, java.lang.foreign, slf4j. Must not: codec, raft, state, other edges.
 *
 * <pre>
 * A segment file      [magic][record]*[zeros]
 * A record            [crc32c of the rest][body length][type][body]
 *   VERSION           main, sub, encoded KeyValue        TOMBSTONE   main, sub, encoded KeyValue (key only)
 *   FACT              key length, key, value (empty = gone)
 *   END               applied index, term, revision: closes a batch; only whole batches count
 * A segment's name    FIRST-LAST-GENERATION.seg: it stands for the places FIRST..LAST in the order of the log.
 *                     Of two files for one place the higher generation counts. So reclaiming is: write the live
 *                     records of neighbours into one new file, force it, rename it into place, delete the old ones.
 *                     A crash at any point leaves either the old files or the new one in charge; there is no manifest
 *                     that could disagree with the folder.
 * </pre>
 *
 * <p>Nothing is synced on the hot path: the write-ahead log is the truth. After a crash the log is cut at the first
 * record that is not whole, and the write-ahead log replays the rest. It only ever lets go of what {@code force} has
 * made safe, so a cut before that point is damage, and refuses to start. Reclaiming relies on what it has forced as well:
 * the index stands in {@code safe-index} before a rewritten file takes its place.
 *
 * <p>Beside a segment may stand its checkpoint ({@code .checkpoint}): what a start must know of the synced bytes at its
 * begin, keys sorted, without values. So a start reads a tenth of the log and merges sorted runs, instead of reading all
 * and sorting all. There is one per segment and not one of the whole index, because a segment changes no more once it is
 * closed: each byte is summed up once, however large the index is. A checkpoint that is missing, damaged, or does not fit
 * is not used, and a scan of everything gives the same state. What a checkpoint covers is not verified by the start any
 * more, but by whoever reads it.
 *
 * <p>Reads copy from a mapping ({@code madvise(RANDOM)}: without it a log larger than memory is many times slower) and
 * check the CRC each time. Writes go through the channel, so that a full disk is an exception and not a signal.
 */
@NullMarked
package dev.quorate.store.vlog;

import org.jspecify.annotations.NullMarked;
