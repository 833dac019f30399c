package dev.quorate.e2e.kubelet;

import io.fabric8.kubernetes.api.model.Probe;
import java.util.Objects;

/** How often a probe passed or failed in a row, and what follows from that. */
record ProbeCount(int successes, int failures, boolean passing) {
    static final ProbeCount FRESH = new ProbeCount(0, 0, false);
    private static final int FAILURES_THAT_COUNT = 3;
    private static final int SUCCESSES_THAT_COUNT = 1;

    ProbeCount after(boolean passed, Probe probe) {
        int good = passed ? successes + 1 : 0;
        int bad = passed ? 0 : failures + 1;
        boolean enough = good >= Objects.requireNonNullElse(probe.getSuccessThreshold(), SUCCESSES_THAT_COUNT);
        return new ProbeCount(good, bad, enough || (passing && bad < limit(probe)));
    }

    boolean hasFailed(Probe probe) {
        return failures >= limit(probe);
    }

    private static int limit(Probe probe) {
        return Objects.requireNonNullElse(probe.getFailureThreshold(), FAILURES_THAT_COUNT);
    }
}
