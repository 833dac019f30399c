package dev.quorate.e2e.kube.table;

import java.time.Duration;
import java.time.Instant;

/** Times as kubectl writes them: two units at most, the second only while it matters. */
final class Ages {
    private Ages() {}

    static String between(Instant from, Instant to) {
        Duration age = Duration.between(from, to);
        if (age.isNegative()) return "0s";
        long seconds = age.toSeconds();
        long minutes = age.toMinutes();
        long hours = age.toHours();
        long days = age.toDays();
        if (seconds < 120) return seconds + "s";
        if (minutes < 10) return minutes + "m" + rest(seconds % 60, "s");
        if (minutes < 180) return minutes + "m";
        if (hours < 8) return hours + "h" + rest(minutes % 60, "m");
        if (hours < 48) return hours + "h";
        if (days < 8) return days + "d" + rest(hours % 24, "h");
        return days < 730 ? days + "d" : days / 365 + "y" + rest(days % 365, "d");
    }

    private static String rest(long amount, String unit) {
        return amount == 0 ? "" : amount + unit;
    }
}
