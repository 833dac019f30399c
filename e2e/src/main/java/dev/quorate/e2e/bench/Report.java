package dev.quorate.e2e.bench;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.ToDoubleFunction;

/** Gathers the rounds of one cluster size and prints the table of medians and ratios. */
final class Report {
    private int members;
    private final Map<String, Map<String, List<Figures>>> rows = new LinkedHashMap<>();

    void begin(int memberCount) {
        members = memberCount;
        rows.clear();
    }

    void add(String server, String row, Figures figures) {
        rows.computeIfAbsent(row, any -> new LinkedHashMap<>())
                .computeIfAbsent(server, any -> new ArrayList<>())
                .add(figures);
    }

    void print() {
        System.out.printf("%n%d member(s); median of the rounds; ratio = Quorate / etcd%n", members);
        System.out.printf(
                Locale.ROOT,
                "%-50s | %11s %11s %6s | %9s %9s %6s | %9s %9s %6s | %7s %7s %6s%n",
                "row",
                "etcd /s",
                "ours /s",
                "ratio",
                "etcd p50",
                "ours p50",
                "ratio",
                "etcd p99",
                "ours p99",
                "ratio",
                "etcd cpu",
                "our cpu",
                "ratio");
        rows.forEach((row, servers) -> {
            List<Figures> theirs = servers.getOrDefault("etcd", List.of());
            List<Figures> own = servers.getOrDefault("Quorate", List.of());
            System.out.printf(
                    "%-50s | %s | %s | %s | %s%n",
                    row,
                    cell(theirs, own, Figures::perSecond, 11),
                    cell(theirs, own, Figures::p50Micros, 9),
                    cell(theirs, own, Figures::p99Micros, 9),
                    cell(theirs, own, Figures::cpuMicros, 7));
            printRefused(theirs, own);
        });
        System.out.println("latencies, and processor time of the servers per operation, in microseconds");
    }

    /** Refused calls were sent again: whoever reads the row must know. */
    private static void printRefused(List<Figures> theirs, List<Figures> own) {
        int a = theirs.stream().mapToInt(Figures::refused).sum();
        int b = own.stream().mapToInt(Figures::refused).sum();
        if (a + b > 0) System.out.printf(Locale.ROOT, "  refused in all rounds: etcd %,d, ours %,d%n", a, b);
    }

    private static String cell(List<Figures> theirs, List<Figures> own, ToDoubleFunction<Figures> field, int width) {
        double a = median(theirs, field);
        double b = median(own, field);
        if (Double.isNaN(a) || Double.isNaN(b)) return " ".repeat(2 * width + 8);
        return String.format(Locale.ROOT, "%" + width + ".1f %" + width + ".1f %6.2f", a, b, b / a);
    }

    private static double median(List<Figures> rounds, ToDoubleFunction<Figures> field) {
        double[] sorted = rounds.stream().mapToDouble(field).sorted().toArray();
        if (sorted.length == 0) return Double.NaN;
        return (sorted[(sorted.length - 1) / 2] + sorted[sorted.length / 2]) / 2;
    }
}
