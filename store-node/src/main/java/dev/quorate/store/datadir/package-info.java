/**
 * What a data directory says about whose it is, and how it becomes a member's: by a founding, a joining or a backup.
 *
 * <p>May import: node, raft, state, mvcc, codec, wal, vlog, snapshot. Must not: api, ops, peer, tls, cli.
 *
 * <pre>
 * identity.json    member, cluster, epoch; written last, so that with it everything is there
 * fence.json       the newest epoch that began without this directory
 * restoring.json   a snapshot is on its way in; until the identity is there, all of this is nobody's
 * member/wal       the log, unless it has a disk of its own
 * member/vlog      the state
 * </pre>
 */
@NullMarked
package dev.quorate.store.datadir;

import org.jspecify.annotations.NullMarked;
