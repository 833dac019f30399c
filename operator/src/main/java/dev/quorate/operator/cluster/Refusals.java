package dev.quorate.operator.cluster;

import dev.quorate.crds.v1alpha1.StoreCluster;
import dev.quorate.operator.plan.Step;
import dev.quorate.operator.plan.Step.Done;
import dev.quorate.operator.plan.Step.Reason;
import dev.quorate.operator.plan.Step.Wait;
import io.javaoperatorsdk.operator.processing.event.ResourceID;
import java.time.Duration;
import java.time.Instant;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;

/**
 * The steps that the API server or a member refused, and when each is tried again: after 1 s, 2 s, 4 s … a minute.
 *
 * <p>Another step, or the same for a resource that the user has changed, is free at once. Only a courtesy to those who
 * refuse: an operator that starts anew tries at once.
 */
final class Refusals {
    private static final Duration FIRST = Duration.ofSeconds(1);
    private static final Duration LONGEST = Duration.ofMinutes(1);

    /** What was tried, and for which generation of the resource. */
    record Attempt(ResourceID cluster, long generation, Step step) {
        static Attempt of(StoreCluster cluster, Step step) {
            long generation = Objects.requireNonNullElse(cluster.getMetadata().getGeneration(), 0L);
            return new Attempt(ResourceID.fromResource(cluster), generation, step);
        }
    }

    private record Refused(Attempt attempt, String why, int times, Instant again) {
        /** The same words every time, so that the status does not change with every try. */
        Wait asWait() {
            Step step = attempt.step();
            boolean acts = !(step instanceof Wait) && !(step instanceof Done);
            String what = acts ? "cannot " + step.sentence() : "cannot keep the cluster's objects as they should be";
            return new Wait(Reason.REFUSED, what + ": " + why);
        }
    }

    private final ConcurrentMap<ResourceID, Refused> refused = new ConcurrentHashMap<>();

    /** What to do instead of what was refused lately. */
    Optional<Wait> instead(Attempt attempt, Instant now) {
        return Optional.ofNullable(refused.get(attempt.cluster()))
                .filter(last -> last.attempt().equals(attempt) && now.isBefore(last.again()))
                .map(Refused::asWait);
    }

    /** How long the cluster's refused step rests from now on. */
    Duration rest(ResourceID cluster, Instant now) {
        return Optional.ofNullable(refused.get(cluster))
                .map(last -> Duration.between(now, last.again()))
                .filter(Duration::isPositive)
                .orElse(FIRST);
    }

    /** Notes a refusal and gives what to tell about it. */
    Wait note(Attempt attempt, String why, Instant now) {
        Refused last = refused.get(attempt.cluster());
        int times = last != null && last.attempt().equals(attempt) ? last.times() + 1 : 1;
        Duration rest = FIRST.multipliedBy(1L << Math.min(times - 1, 6));
        if (rest.compareTo(LONGEST) > 0) {
            rest = LONGEST;
        }
        Refused next = new Refused(attempt, why, times, now.plus(rest));
        refused.put(attempt.cluster(), next);
        return next.asWait();
    }

    /** Refused more than once: no mere moment, but something that somebody should know of. */
    boolean isStubborn(ResourceID cluster) {
        return Optional.ofNullable(refused.get(cluster))
                .filter(last -> last.times() > 1)
                .isPresent();
    }

    void succeeded(ResourceID cluster) {
        refused.remove(cluster);
    }
}
