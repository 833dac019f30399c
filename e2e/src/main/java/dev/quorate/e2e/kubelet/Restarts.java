package dev.quorate.e2e.kubelet;

import java.time.Duration;

/**
 * How long a crashed container waits: not at all the first time, then 1 s, 2 s, 4 s and so on. Kubernetes begins with
 * 10 s and goes up to 5 minutes; who tries out failures at a desk should not wait that long.
 */
record Restarts(int inARow) {
    private static final Duration LONGEST = Duration.ofSeconds(30);

    Restarts afterRunOf(Duration lifetime) {
        return new Restarts(lifetime.compareTo(LONGEST.multipliedBy(2)) >= 0 ? 1 : inARow + 1);
    }

    Duration delay() {
        if (inARow <= 1) return Duration.ZERO;
        Duration delay = Duration.ofSeconds(1L << Math.min(inARow - 2, 10));
        return delay.compareTo(LONGEST) > 0 ? LONGEST : delay;
    }
}
