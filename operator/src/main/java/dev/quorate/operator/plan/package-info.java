/**
 * Looks at a cluster and names the one next step: pure, from one immutable picture, first match wins.
 *
 * <p>May import: crds, java.base data types.
 *
 * <p>Must not: the Kubernetes client, the operator SDK, gRPC, clocks (now is part of the picture), loggers, threads.
 */
@NullMarked
package dev.quorate.operator.plan;

import org.jspecify.annotations.NullMarked;
