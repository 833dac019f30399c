/** The builders against golden files. */
@NullMarked
package dev.quorate.operator.resources;

import org.jspecify.annotations.NullMarked;
