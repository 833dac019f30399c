/**
 * Decides who leads, what is in the log and what is committed.
 *
 * <p>May import: java.lang, java.util, java.util.random and the two root types. Must not: clocks, I/O,
 * java.util.concurrent, loggers, any other package.
 */
@NullMarked
package dev.quorate.store.raft;

import org.jspecify.annotations.NullMarked;
