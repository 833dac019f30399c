/**
 * The world of the simulations: one queue of events in virtual time, a network that loses, doubles, delays, reorders
 * and cuts, and a disk in memory, a file system of java.nio, that loses what was not forced.
 *
 * <p>May import: java.base. Must not: clocks, threads, anything that is simulated.
 */
@NullMarked
package dev.quorate.store.sim;

import org.jspecify.annotations.NullMarked;
