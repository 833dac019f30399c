package dev.quorate.e2e.history;

import java.util.Optional;

/**
 * One call of one client, as it saw it.
 *
 * @param client who called; a client has one call under way at a time
 * @param startNanos when it was sent
 * @param endNanos when the answer (or the failure) was known
 * @param answer empty = unknown: the call failed in a way that leaves open whether it took effect
 */
public record Operation(int client, long startNanos, long endNanos, Request request, Optional<Answer> answer) {

    /** What was asked. */
    public sealed interface Request {
        String key();

        record Put(String key, String value) implements Request {}

        record Delete(String key) implements Request {}

        /** Puts the value if the key was last modified at the expected revision (0 = absent). */
        record CompareAndPut(String key, long expectedModRevision, String value) implements Request {}

        /** Puts the same value under two different keys in one transaction. */
        record PutBoth(String key, String other, String value) implements Request {}

        /** Reads one key; a serializable read may be old. */
        record Get(String key, boolean serializable) implements Request {}
    }

    /**
     * What was answered.
     *
     * @param revision the header's revision
     * @param applied whether a write changed something (a failed compare or a delete of nothing did not)
     * @param found the value that a read found
     * @param modRevision the revision at which the found value was written; 0 = none
     */
    public record Answer(long revision, boolean applied, Optional<String> found, long modRevision) {}
}
