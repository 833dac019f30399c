package dev.quorate.store.mvcc;

/** What happened to a key. */
public enum EventKind {
    PUT,
    DELETE
}
