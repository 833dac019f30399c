/**
 * Shows that heartbeats leave on time and that nobody is elected without need, whatever the members have to do.
 *
 * <p>May import: process, inside, the generated protocol classes, grpc, java.base. Must not: anything else of ours.
 */
@NullMarked
package dev.quorate.e2e.heartbeat;

import org.jspecify.annotations.NullMarked;
