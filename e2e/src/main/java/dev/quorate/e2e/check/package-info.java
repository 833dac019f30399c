/**
 * Says whether a history of client calls can be true of one store that does one thing at a time.
 *
 * <p>May import: history, java.base. Must not: classes of the store or of the protocol: a checker that shares code with
 * the checked proves nothing.
 */
@NullMarked
package dev.quorate.e2e.check;

import org.jspecify.annotations.NullMarked;
