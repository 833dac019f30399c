/**
 * Does what the controllers of Kubernetes do for the few kinds that a store cluster is made of.
 *
 * <p>Each controller is a pure function from what it sees to the changes it wants; {@link Controllers} calls them all,
 * one after the other, on one thread, whenever something changed. A change that was decided from an old picture fails its
 * precondition and is decided again from a newer one, so nothing here is remembered, except by the scheduler, which must
 * not give away one place twice.
 *
 * <p>May import: {@code objects}, fabric8's model; the client only in {@link Controllers} and {@link Orphans}.
 *
 * <p>Must not: know what runs in a pod, or on which API server.
 */
@NullMarked
package dev.quorate.e2e.controllers;

import org.jspecify.annotations.NullMarked;
