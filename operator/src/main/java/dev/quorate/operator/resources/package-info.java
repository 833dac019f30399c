/**
 * Says what the Kubernetes objects of a cluster should look like: pure functions, one per kind.
 *
 * <p>May import: crds, fabric8's model.
 *
 * <p>Must not: the Kubernetes client, the plan.
 */
@NullMarked
package dev.quorate.operator.resources;

import org.jspecify.annotations.NullMarked;
