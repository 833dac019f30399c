/** Real small disks for tests: what happens when they are full. */
@NullMarked
package dev.quorate.store.disk;

import org.jspecify.annotations.NullMarked;
