/**
 * Runs a cluster of real processes under traffic and faults for a while and checks everything that clients saw.
 *
 * <p>May import: process, traffic, faults, check, history. Must not: be imported.
 */
@NullMarked
package dev.quorate.e2e.soak;

import org.jspecify.annotations.NullMarked;
