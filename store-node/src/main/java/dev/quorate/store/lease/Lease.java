package dev.quorate.store.lease;

/** A promise to delete keys when nobody renews it; {@code remainingTtlSeconds} 0 = the whole time. */
public record Lease(long id, long ttlSeconds, long remainingTtlSeconds) {}
