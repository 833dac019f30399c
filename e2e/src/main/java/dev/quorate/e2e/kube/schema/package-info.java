/**
 * Decides whether an object may be stored, and completes it: pruning, defaults, validation, CEL rules.
 *
 * <p>May import: model, the CEL library.
 *
 * <p>Must not: storage, api, I/O.
 */
@NullMarked
package dev.quorate.e2e.kube.schema;

import org.jspecify.annotations.NullMarked;
