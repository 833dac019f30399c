/**
 * Prints objects as rows and columns, as kubectl get shows them.
 *
 * <p>May import: model.
 *
 * <p>Must not: storage, api, I/O.
 */
@NullMarked
package dev.quorate.e2e.kube.table;

import org.jspecify.annotations.NullMarked;
