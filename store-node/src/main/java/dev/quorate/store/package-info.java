/**
 * The store node: one process of a replicated key-value store that speaks the etcd v3 API.
 *
 * <p>This package holds the two types that every other package may use; a third needs a reason in its commit.
 */
@NullMarked
package dev.quorate.store;

import org.jspecify.annotations.NullMarked;
