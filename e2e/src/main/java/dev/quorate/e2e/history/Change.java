package dev.quorate.e2e.history;

import java.util.Optional;

/**
 * One change of one key in the store's own history, as a watch from the beginning reports it.
 *
 * @param value empty = deleted
 */
public record Change(long revision, String key, Optional<String> value) {}
