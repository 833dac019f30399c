package dev.quorate.crds.v1alpha1;

import org.jspecify.annotations.Nullable;

/** The version that members run and the one that they are going to. */
@ApiRecord
public record VersionStatus(@Nullable String running, String target) {}
