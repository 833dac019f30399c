/**
 * Merges changes into objects: server-side apply with its field owners, and the three older patches.
 *
 * <p>May import: model.
 *
 * <p>Must not: storage, api, I/O, clocks.
 */
@NullMarked
package dev.quorate.e2e.kube.apply;

import org.jspecify.annotations.NullMarked;
