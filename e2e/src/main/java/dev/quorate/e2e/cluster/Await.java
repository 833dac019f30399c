package dev.quorate.e2e.cluster;

import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

/** Waiting for something that other processes bring about. */
public final class Await {
    private static final long LOOK_MILLIS = 100;

    private Await() {}

    /** Looks until there is something; after the patience it fails and says what was waited for and what is instead. */
    public static <T> T value(String what, Duration patience, Supplier<Optional<T>> look, Supplier<String> instead) {
        Instant end = Instant.now().plus(patience);
        while (true) {
            Optional<T> seen = look.get();
            if (seen.isPresent()) return seen.get();
            if (Instant.now().isAfter(end))
                throw new IllegalStateException(
                        "waited " + patience.toSeconds() + " s for " + what + "; instead: " + instead.get());
            try {
                TimeUnit.MILLISECONDS.sleep(LOOK_MILLIS);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new IllegalStateException("interrupted while waiting for " + what, e);
            }
        }
    }

    public static void until(String what, Duration patience, BooleanSupplier holds, Supplier<String> instead) {
        value(what, patience, () -> holds.getAsBoolean() ? Optional.of(true) : Optional.empty(), instead);
    }
}
