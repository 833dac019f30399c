/**
 * Reads, applies and deletes Kubernetes objects and writes events; writes are server-side applies with one manager.
 *
 * <p>May import: the Kubernetes client.
 *
 * <p>Must not: the plan, the store client.
 */
@NullMarked
package dev.quorate.operator.kube;

import org.jspecify.annotations.NullMarked;
