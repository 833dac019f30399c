/**
 * What the kernel does for files and mappings and Java has no call for.
 *
 * <p>May import: java.lang.foreign, java.nio. Must not: anything else of ours. The log and the value log stand on it, which
 * must not know each other.
 */
@NullMarked
package dev.quorate.store.disk;

import org.jspecify.annotations.NullMarked;
