/**
 * Shows that simulations bite: compiles deliberate mistakes into copies of the store that live beside the real one.
 *
 * <p>May import: java.base, java.compiler. Must not: know what is simulated.
 */
@NullMarked
package dev.quorate.store.mutant;

import org.jspecify.annotations.NullMarked;
