/**
 * Far more data than fits into memory: written, overwritten, compacted and reclaimed while it is read, and every value
 * checked.
 *
 * <p>May import: process. Must not: be imported.
 */
@NullMarked
package dev.quorate.e2e.volume;

import org.jspecify.annotations.NullMarked;
