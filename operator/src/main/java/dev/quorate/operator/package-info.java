/**
 * The operator: watches StoreClusters and drives clusters of store nodes. This package only wires the parts together.
 *
 * <p>May import: everything below it.
 *
 * <p>Must not: be imported, or decide anything about a cluster.
 */
@NullMarked
package dev.quorate.operator;

import org.jspecify.annotations.NullMarked;
