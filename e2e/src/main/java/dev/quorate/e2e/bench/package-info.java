/**
 * Puts the same load on a real etcd and on Quorate, one after the other in one run, and prints ratios.
 *
 * <p>May import: the generated protocol classes, grpc, java.base. Must not: anything of the store node itself, so that
 * both servers are processes that are measured from outside in the same way.
 *
 * <p>The load generator shares the machine with the servers. So every throughput stands beside the processor time
 * that the server processes spent per operation (from the operating system's own accounting): where the client is the
 * bottleneck, that ratio is the one to trust.
 */
@NullMarked
package dev.quorate.e2e.bench;

import org.jspecify.annotations.NullMarked;
