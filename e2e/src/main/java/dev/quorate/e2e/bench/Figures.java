package dev.quorate.e2e.bench;

import java.util.Arrays;
import java.util.Locale;

/**
 * What one row measured on one server.
 *
 * @param perSecond operations (or events) finished per second
 * @param p50Micros median latency of one operation, µs
 * @param p99Micros 99th percentile, µs
 * @param cpuMicros processor time of all server processes per operation, µs
 * @param refused calls that the server was too busy to take, and that were sent again
 */
record Figures(double perSecond, double p50Micros, double p99Micros, double cpuMicros, int refused) {

    /** Sorts {@code nanos}. */
    static Figures of(long[] nanos, int refused, double seconds, double serverCpuSeconds) {
        int count = nanos.length;
        if (count == 0) throw new IllegalStateException("the load finished no operation");
        Arrays.sort(nanos);
        return new Figures(
                count / seconds,
                nanos[count / 2] / 1e3,
                nanos[Math.min(count - 1, (int) (count * 0.99))] / 1e3,
                serverCpuSeconds * 1e6 / count,
                refused);
    }

    /** For rows that have one number only, such as bytes or seconds. */
    static Figures single(double value) {
        return new Figures(value, Double.NaN, Double.NaN, Double.NaN, 0);
    }

    @Override
    public String toString() {
        if (Double.isNaN(p50Micros)) return String.format(Locale.ROOT, "%.2f", perSecond);
        return String.format(
                Locale.ROOT,
                "%.0f /s, p50 %.0f us, p99 %.0f us, server cpu %.1f us each%s",
                perSecond,
                p50Micros,
                p99Micros,
                cpuMicros,
                refused == 0 ? "" : ", " + refused + " refused");
    }
}
