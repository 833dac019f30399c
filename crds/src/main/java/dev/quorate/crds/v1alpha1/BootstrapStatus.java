package dev.quorate.crds.v1alpha1;

import org.jspecify.annotations.Nullable;

/** The one fact that the operator must remember: that, where and with which token this cluster was born. */
@ApiRecord
public record BootstrapStatus(@Nullable Boolean completed, String seed, String token) {}
