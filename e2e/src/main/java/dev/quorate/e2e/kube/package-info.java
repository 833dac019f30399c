/**
 * LocalKube: a small Kubernetes API server that keeps its objects in one store node.
 *
 * <p>May import: its own packages below.
 *
 * <p>Must not: anything that uses it.
 */
@NullMarked
package dev.quorate.e2e.kube;

import org.jspecify.annotations.NullMarked;
