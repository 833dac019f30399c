/** The plan against scripts, tables and a toy world. */
@NullMarked
package dev.quorate.operator.plan;

import org.jspecify.annotations.NullMarked;
