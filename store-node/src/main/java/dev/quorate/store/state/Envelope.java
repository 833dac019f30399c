package dev.quorate.store.state;

/** A command as it travels in the log, with the id by which the node that took it finds the waiting client. */
public record Envelope(long requestId, Command command) {}
