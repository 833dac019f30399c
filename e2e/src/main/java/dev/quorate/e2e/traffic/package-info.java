/**
 * Clients that write down everything they did.
 *
 * <p>May import: history, process, the generated protocol classes, grpc. Must not: faults, check.
 */
@NullMarked
package dev.quorate.e2e.traffic;

import org.jspecify.annotations.NullMarked;
