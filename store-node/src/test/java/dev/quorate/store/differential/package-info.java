/**
 * The same random client in front of a real etcd and of us.
 *
 * <p>What is not compared, because we differ on purpose or because etcd does not answer alike twice:
 *
 * <ul>
 *   <li>the hash at or below a compacted revision: etcd answers from memory what it hashed while it compacted, and
 *       after a compaction to 0 it answers so for ever; we hash what is there, or say that it is compacted;
 *   <li>a put beside a deletion up to the end of the key space that covers it: etcd lets it through, and a put that
 *       keeps the value or the lease which that deletion took ends the etcd process (found by this test: "unexpected
 *       error during txn with writes"); we refuse the transaction for its duplicate key, as for any other deletion;
 *   <li>which check of a transaction speaks first: since 3.6 it is the order of the operations, and ours;
 *   <li>the lease in an answer without values, which is 0 since 3.7;
 *   <li>the order among equals in a sorted answer, and how events are packed into messages; that no event follows a
 *       message which said that everything up to its revision was delivered is checked for us alone, for etcd breaks it
 *       when a watch reads history;
 *   <li>numbers outside the enums of sorting: etcd 3.5 crashes on them.
 * </ul>
 */
@NullMarked
package dev.quorate.store.differential;

import org.jspecify.annotations.NullMarked;
