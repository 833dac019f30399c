package dev.quorate.crds.v1alpha1;

import org.jspecify.annotations.Nullable;

/** What the operator is doing now, in its own words; kept so that people can follow, never read back to decide. */
@ApiRecord
public record OperationStatus(
        String type, String phase, String summary, @Nullable String blockedBy, String startedAt) {}
