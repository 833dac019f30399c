/** The reconciler against a real API server. */
@NullMarked
package dev.quorate.operator.cluster;

import org.jspecify.annotations.NullMarked;
