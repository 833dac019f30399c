package dev.quorate.e2e.history;

import java.util.Optional;

/**
 * One event as a watch delivered it.
 *
 * @param before the value that the key had before; empty = it did not exist
 */
public record Heard(Change change, Optional<String> before) {}
