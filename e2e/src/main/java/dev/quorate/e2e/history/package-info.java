/**
 * What clients did and what they were told: the only evidence that the checkers accept.
 *
 * <p>May import: java.base. Must not: classes of the store or of the protocol.
 */
@NullMarked
package dev.quorate.e2e.history;

import org.jspecify.annotations.NullMarked;
