/**
 * A Kubernetes to try the operator on, and a handle on one store cluster in it.
 *
 * <p>{@link Testbed} brings up what is needed: with nothing given, LocalKube and all of its parts; with a kubeconfig,
 * only what that API server does not have. {@link StoreClusterHandle} does what a user does with a cluster.
 *
 * <p>May import: kube, controllers, kubelet, objects, crds, the generated protocol classes, grpc, fabric8.
 *
 * <p>Must not: assert anything (that is what scenarios are for); import the operator.
 */
@NullMarked
package dev.quorate.e2e.cluster;

import org.jspecify.annotations.NullMarked;
