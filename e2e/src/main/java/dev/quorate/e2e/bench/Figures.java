package dev.quorate.e2e.bench;

import java.util.Arrays;

/**
 * What one row measured on one server.
 *
 * @param perSecond operations (or events) finished per second
 * @param p50Micros median latency of one operation, µs
 * @param p99Micros 99th percentile, µs
 * @param cpuMicros processor time of all server processes per operation, µs
 */
record Figures(double perSecond, double p50Micros, double p99Micros, double cpuMicros) {

    static Figures of(long[] nanos, int count, double seconds, double serverCpuSeconds) {
        if (count == 0) throw new IllegalStateException("the load finished no operation");
        long[] sorted = Arrays.copyOf(nanos, count);
        Arrays.sort(sorted);
        return new Figures(
                count / seconds,
                sorted[count / 2] / 1e3,
                sorted[Math.min(count - 1, (int) (count * 0.99))] / 1e3,
                serverCpuSeconds * 1e6 / count);
    }

    /** For rows that have one number only, such as bytes or seconds. */
    static Figures single(double value) {
        return new Figures(value, value, value, Double.NaN);
    }
}
