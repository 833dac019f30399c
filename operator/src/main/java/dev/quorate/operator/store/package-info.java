/**
 * Talks to running store nodes: what each of them knows of itself, who is a member, and the changes of membership.
 *
 * <p>May import: the generated stubs, gRPC.
 *
 * <p>Must not: Kubernetes, the plan; decide anything.
 */
@NullMarked
package dev.quorate.operator.store;

import org.jspecify.annotations.NullMarked;
