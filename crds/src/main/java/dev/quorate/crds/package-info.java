/**
 * The custom resources of Quorate, one package per API version.
 *
 * <p>May import: nothing.
 *
 * <p>Must not: hold types of its own.
 */
@NullMarked
package dev.quorate.crds;

import org.jspecify.annotations.NullMarked;
