/**
 * Turns a change of a StoreCluster into at most one action: observe, decide, write the status, act.
 *
 * <p>May import: plan, resources, store, kube, the operator SDK.
 *
 * <p>Must not: be imported by anything but the wiring; sleep or wait for a store node inside a reconcile.
 */
@NullMarked
package dev.quorate.operator.cluster;

import org.jspecify.annotations.NullMarked;
