/**
 * The replicated state: applies one committed command to keys, leases, members and alarms and returns the outcome.
 *
 * <p>May import: mvcc, lease, auth.
 *
 * <p>Must not: know raft, bytes on the wire, clocks or randomness; whatever is random or timed travels in the command.
 */
@NullMarked
package dev.quorate.store.state;

import org.jspecify.annotations.NullMarked;
