/**
 * The first ten minutes with Quorate: a Kubernetes on this machine, the operator, a cluster, and what to type next.
 *
 * <p>May import: cluster, objects, crds, fabric8's model.
 *
 * <p>Must not: be imported; do anything that a scenario should assert instead, except in {@code --check}.
 */
@NullMarked
package dev.quorate.e2e.quickstart;

import org.jspecify.annotations.NullMarked;
