/**
 * The world of the simulations: one queue of events in virtual time and a network that loses, doubles, delays, reorders
 * and cuts.
 *
 * <p>May import: java.base. Must not: clocks, threads, anything that is simulated.
 */
@NullMarked
package dev.quorate.store.sim;

import org.jspecify.annotations.NullMarked;
