package dev.quorate.e2e.bench;

import dev.quorate.e2e.process.MemberProcesses;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;

/**
 * The command: see {@link Options#USAGE}. Rounds are interleaved (etcd, ours, etcd, ours ...), each on fresh data and
 * fresh processes; every figure printed is the median over the rounds.
 */
public final class Bench {
    private final Options options;
    private final Report report = new Report();

    private Bench(Options options) {
        this.options = options;
    }

    public static void main(String[] args) throws IOException, InterruptedException {
        Options options;
        try {
            options = Options.parse(args);
        } catch (IllegalArgumentException e) {
            System.err.println("bench: " + e.getMessage());
            System.err.println("usage: " + Options.USAGE);
            System.exit(2);
            return;
        }
        new Bench(options).run();
    }

    private void run() throws IOException, InterruptedException {
        System.out.printf(
                Locale.ROOT,
                "%d rounds, etcd and Quorate in turn, load x %.2f, %d processors shared by servers and clients; both"
                        + " wait for fdatasync before they answer a write; each is warmed up with 100,000 calls first%n",
                options.rounds(),
                options.scale(),
                Runtime.getRuntime().availableProcessors());
        System.out.println("raw " + RawDisk.measure());
        warmUpClient();
        for (int count : options.members()) {
            report.begin(count);
            for (int round = 1; round <= options.rounds(); round++) {
                measure("etcd", options.etcd(), count, round);
                measure("Quorate", options.ours(), count, round);
            }
            report.print();
        }
    }

    /** Without it the first server measured would pay for the load generator's own compilation. */
    private void warmUpClient() throws IOException, InterruptedException {
        System.out.println("the load generator warms up on an etcd that is not measured");
        Path folder = Files.createTempDirectory("quorate-bench");
        try (MemberProcesses servers = MemberProcesses.start(options.etcd(), folder, 1)) {
            Rows.warmUp(servers);
        }
    }

    private void measure(String server, Path binary, int count, int round) throws IOException, InterruptedException {
        System.out.printf("round %d of %d: %s, %d member(s)%n", round, options.rounds(), server, count);
        Path folder = Files.createTempDirectory("quorate-bench");
        try (MemberProcesses servers = MemberProcesses.start(binary, folder, count)) {
            Rows.warmUp(servers);
            for (Rows.Row row : new Rows(servers, options).all()) {
                if (!options.wants(row.name())) continue;
                Figures figures = row.measure().run();
                report.add(server, row.name(), figures);
                System.out.println("  " + row.name() + ": " + figures);
            }
        }
    }
}
