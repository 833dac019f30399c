/**
 * What all of LocalKube is made of: JSON trees, kinds, selectors, refusals.
 *
 * <p>May import: Jackson.
 *
 * <p>Must not: any other package of LocalKube, I/O, clocks.
 */
@NullMarked
package dev.quorate.e2e.kube.model;

import org.jspecify.annotations.NullMarked;
