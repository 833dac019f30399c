package dev.quorate.operator.plan;

/** The volume claim of one ordinal. {@code older} means older than the StoreCluster, so it may hold data. */
public record VolumeView(String uid, boolean older, boolean released) {}
