package dev.quorate.operator.plan;

import java.util.Optional;

/** What the user asks for, as far as a decision needs it; {@code invalid} says why the spec must not be acted upon. */
public record Wanted(int replicas, boolean paused, boolean oneMemberPerHost, Optional<String> invalid) {}
