package dev.quorate.store.node;

import java.util.concurrent.atomic.AtomicLong;

/**
 * Numbers that tell requests apart: two bytes of the member's id, five bytes of its start in milliseconds, one byte
 * and its carries to count. No two processes of a cluster share one, so an entry of an earlier life finds nobody
 * waiting.
 */
final class RequestIds {
    private final AtomicLong next;

    RequestIds(long memberId, long startMillis) {
        next = new AtomicLong((memberId << 48) | ((startMillis & 0xff_ffff_ffffL) << 8));
    }

    long next() {
        return next.incrementAndGet();
    }
}
