package dev.quorate.crds.v1alpha1;

/** How many members may be away now without harm. */
@ApiRecord
public record DisruptionStatus(Integer pdbMinAvailable, Integer allowed) {}
