/**
 * What goes wrong inside a member's process: its disk stalls or fails, its clock jumps. Loaded into the process with
 * {@code -javaagent}, it rewrites the store node's own calls of the disk and of the clock while their classes are loaded,
 * and is told what to do by a file. So a slow disk can be had on every machine, without rights over devices.
 *
 * <p>May import: java.base, java.instrument. Must not: anything else, ours or a library's, because it runs in a foreign
 * process.
 */
@NullMarked
package dev.quorate.e2e.inside;

import org.jspecify.annotations.NullMarked;
