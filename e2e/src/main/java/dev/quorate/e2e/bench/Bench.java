package dev.quorate.e2e.bench;

import dev.quorate.e2e.process.MemberProcesses;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.ToDoubleFunction;

/**
 * The command: {@code bench ETCD_BINARY OUR_BINARY [--rounds N] [--scale F] [--members 1,3]}. Rounds are interleaved
 * (etcd, ours, etcd, ours ...), each on fresh data; every figure printed is the median over the rounds.
 */
public final class Bench {
    private static final int BASE_PORT = 29_300;

    private final Path etcd;
    private final Path ours;
    private int rounds = 3;
    private double scale = 1;
    private List<Integer> members = List.of(1, 3);

    private Bench(Path etcd, Path ours) {
        this.etcd = etcd;
        this.ours = ours;
    }

    public static void main(String[] args) throws IOException, InterruptedException {
        if (args.length < 2) {
            System.err.println("usage: bench ETCD_BINARY OUR_BINARY [--rounds N] [--scale F] [--members 1,3]");
            System.exit(2);
        }
        Bench bench =
                new Bench(Path.of(args[0]).toAbsolutePath(), Path.of(args[1]).toAbsolutePath());
        for (int i = 2; i + 1 < args.length; i += 2) bench.option(args[i], args[i + 1]);
        bench.run();
    }

    private void option(String name, String value) {
        switch (name) {
            case "--rounds" -> rounds = Integer.parseInt(value);
            case "--scale" -> scale = Double.parseDouble(value);
            case "--members" ->
                members =
                        List.of(value.split(",")).stream().map(Integer::valueOf).toList();
            default -> throw new IllegalArgumentException("unknown option " + name);
        }
    }

    private void run() throws IOException, InterruptedException {
        System.out.printf(
                Locale.ROOT,
                "%d rounds, etcd and Quorate in turn, load x %.2f, %d processors shared by servers and clients%n",
                rounds,
                scale,
                Runtime.getRuntime().availableProcessors());
        for (int count : members) {
            Map<String, List<Figures>> theirs = new LinkedHashMap<>();
            Map<String, List<Figures>> own = new LinkedHashMap<>();
            for (int round = 1; round <= rounds; round++) {
                measure("etcd", etcd, count, round, theirs);
                measure("Quorate", ours, count, round, own);
            }
            print(theirs, own);
        }
    }

    private void measure(String name, Path binary, int count, int round, Map<String, List<Figures>> into)
            throws IOException, InterruptedException {
        System.out.printf("round %d of %d: %s, %d member(s)%n", round, rounds, name, count);
        Path folder = Files.createTempDirectory("quorate-bench");
        try (MemberProcesses servers = MemberProcesses.start(binary, folder, BASE_PORT, count)) {
            new Rows(servers, scale)
                    .all()
                    .forEach((row, figures) ->
                            into.computeIfAbsent(row, any -> new ArrayList<>()).add(figures));
        }
    }

    private static void print(Map<String, List<Figures>> theirs, Map<String, List<Figures>> own) {
        System.out.printf(
                Locale.ROOT,
                "%n%-52s %12s %12s %7s | %9s %9s %7s | %9s %9s %7s | %8s %8s %7s%n",
                "row (median; ratio = ours / etcd)",
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
                "ours cpu",
                "ratio");
        theirs.forEach((row, figures) -> {
            List<Figures> mine = own.getOrDefault(row, List.of());
            System.out.printf(
                    "%-52s %s | %s | %s | %s%n",
                    row,
                    cell(figures, mine, Figures::perSecond, 12),
                    cell(figures, mine, Figures::p50Micros, 9),
                    cell(figures, mine, Figures::p99Micros, 9),
                    cell(figures, mine, Figures::cpuMicros, 8));
        });
        System.out.println("latencies and processor time per operation in microseconds");
    }

    private static String cell(List<Figures> theirs, List<Figures> mine, ToDoubleFunction<Figures> field, int width) {
        double a = median(theirs, field);
        double b = median(mine, field);
        return String.format(Locale.ROOT, "%" + width + ".1f %" + width + ".1f %7.2f", a, b, b / a);
    }

    private static double median(List<Figures> rounds, ToDoubleFunction<Figures> field) {
        double[] sorted = rounds.stream().mapToDouble(field).sorted().toArray();
        return sorted.length == 0 ? Double.NaN : sorted[sorted.length / 2];
    }
}
