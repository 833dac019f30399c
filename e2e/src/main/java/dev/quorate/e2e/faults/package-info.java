/**
 * What goes wrong in a cluster of processes, by seed.
 *
 * <p>May import: process, inside, java.base. Must not: traffic, check.
 */
@NullMarked
package dev.quorate.e2e.faults;

import org.jspecify.annotations.NullMarked;
