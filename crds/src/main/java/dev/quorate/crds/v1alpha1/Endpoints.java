package dev.quorate.crds.v1alpha1;

/** Where clients connect. */
@ApiRecord
public record Endpoints(String client) {}
