/**
 * Tests as text: commands in, expected output out.
 *
 * <p>May import: java.base, AssertJ. Must not: anything that is tested.
 */
@NullMarked
package dev.quorate.store.script;

import org.jspecify.annotations.NullMarked;
