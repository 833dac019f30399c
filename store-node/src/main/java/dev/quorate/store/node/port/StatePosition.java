package dev.quorate.store.node.port;

/** How far a state on disk has come: the last applied entry and the store's revision after it. */
public record StatePosition(long index, long term, long revision) {}
