/**
 * The members of one cluster as processes of this machine, started from a binary with etcd's own flags: ours or etcd.
 *
 * <p>May import: the generated protocol classes, grpc, inside, java.base. Must not: anything else of ours.
 */
@NullMarked
package dev.quorate.e2e.process;

import org.jspecify.annotations.NullMarked;
