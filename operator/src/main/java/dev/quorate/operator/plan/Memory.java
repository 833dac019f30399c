package dev.quorate.operator.plan;

import java.util.Optional;
import java.util.OptionalLong;

/** What the status remembers: whether, where and with which token the cluster was born, and how far its ordinals go. */
public record Memory(OptionalLong clusterId, Optional<Birth> birth, int highestOrdinal) {

    /** The intent to bootstrap, written down before the call. */
    public record Birth(int seed, String token) {}
}
