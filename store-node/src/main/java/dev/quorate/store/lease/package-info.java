/**
 * Which lease lives until when and which keys it holds.
 *
 * <p>May import: java.base data types.
 *
 * <p>Must not: know mvcc, read a clock (time is a parameter) or draw random numbers.
 */
@NullMarked
package dev.quorate.store.lease;

import org.jspecify.annotations.NullMarked;
