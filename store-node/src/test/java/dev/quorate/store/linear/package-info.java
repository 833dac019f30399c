/**
 * Decides whether what clients saw could have happened to one register per key, one call after the other.
 *
 * <p>It knows intervals, values and nothing else: no log, no revisions, no code of the store. So it does not trust the
 * store to name the order, as a checker that looks at revisions does; it searches for one.
 *
 * <p>May import: java.base. Must not: anything of the store or its simulation.
 */
@NullMarked
package dev.quorate.store.linear;

import org.jspecify.annotations.NullMarked;
