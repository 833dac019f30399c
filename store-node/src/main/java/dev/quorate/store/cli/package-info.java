/**
 * Parses the command line and connects the parts: the only place that knows them all.
 *
 * <p>May import: everything.
 *
 * <p>Must not: be imported.
 */
@NullMarked
package dev.quorate.store.cli;

import org.jspecify.annotations.NullMarked;
