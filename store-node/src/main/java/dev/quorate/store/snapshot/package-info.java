/**
 * Moves whole states out in the format of etcd's own database file, which etcd's tools check, restore and start from.
 *
 * <p>May import: node (its port), mvcc, java.nio. Must not: codec, other edges.
 *
 * <pre>
 * A database file     [meta 0][meta 1][pages of the buckets, leaves before their branches]*[root leaf]
 * A page              [id u64][flags u16][count u16][overflow u32], elements, then their keys and values; little endian
 * A leaf element      [flags u32][distance to the key u32][key bytes u32][value bytes u32]
 * A branch element    [distance to the key u32][key bytes u32][child page u64]
 * </pre>
 *
 * <p>The metas at the front name the last page, so the state is read twice: once to lay the pages out, once to write
 * them. Nothing but the first key of each page is kept in memory.
 */
@NullMarked
package dev.quorate.store.snapshot;

import org.jspecify.annotations.NullMarked;
