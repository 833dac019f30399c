package dev.quorate.e2e.volume;

import dev.quorate.e2e.process.MemberProcesses;
import dev.quorate.proto.etcdserverpb.StatusResponse;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * The command: see {@link #USAGE}. Writes so much into values of 64 KiB to 1 MiB while they are read, compacts every second
 * and waits until the dead space is given back, under the same traffic and when that has stopped; then kills and restarts
 * the member and reads everything. Prints the sizes and the longest call of each step.
 *
 * <pre>
 * it fails when
 *   a value is wrong or older than what was acknowledged
 *   a call fails, or takes longer than 5 s: the member is alive and its disk works
 *   the files take more than 4 times what the newest versions need, under traffic, or 1.5 times, without it,
 *     60 s and 15 s for each GiB later
 *   what was acknowledged is not there after the kill -9
 * </pre>
 *
 * <p>Under traffic it is 4 times because a member rewrites its files at 32 MiB/s, and these writers make several times as
 * much garbage. Without it no file may be left of which a third is garbage.
 */
public final class Volume {
    private static final String USAGE = "volume BINARY [--gigabytes N] [--keys N] [--seed N]";
    private static final long GIGABYTE = 1L << 30;
    private static final long PRINT_SECONDS = 10;
    private static final long RECLAIM_SECONDS = 60;
    private static final long RECLAIM_SECONDS_PER_GIGABYTE = 15;

    /** Far above what is seen on a busy machine, far below what a client of Kubernetes waits for. */
    private static final double LONGEST_CALL_SECONDS = 5;

    private static final double UNDER_TRAFFIC = 4;
    private static final double AT_REST = 1.5;

    /** Files that are being written, or rewritten, when everybody looks. */
    private static final long LOOSE_BYTES = 128L << 20;

    /** Of the log, which is shortened by its own rules. */
    private static final long LOG_BYTES = GIGABYTE;

    private final Path binary;
    private final List<String> failures = new ArrayList<>();
    private double gigabytes = 20;
    private int keys = 4_000;
    private long seed = 1;
    private final long beginNanos = System.nanoTime();
    private long printedNanos = beginNanos;

    private Volume(Path binary) {
        this.binary = binary;
    }

    public static void main(String[] args) throws Exception {
        Volume volume;
        try {
            volume = parsed(args);
        } catch (IllegalArgumentException e) {
            System.err.println("volume: " + e.getMessage());
            System.err.println("usage: " + USAGE);
            System.exit(2);
            return;
        }
        List<String> failures = volume.run();
        failures.forEach(failure -> System.out.println("FAILED: " + failure));
        if (failures.isEmpty()) System.out.println("nothing is wrong, missing or late");
        System.exit(failures.isEmpty() ? 0 : 1);
    }

    static Volume parsed(String... args) {
        if (args.length % 2 == 0) throw new IllegalArgumentException("a binary, then options with a value each");
        Volume volume = new Volume(Path.of(args[0]).toAbsolutePath());
        for (int i = 1; i < args.length; i += 2) volume.option(args[i], args[i + 1]);
        return volume;
    }

    private void option(String name, String value) {
        switch (name) {
            case "--gigabytes" -> gigabytes = Double.parseDouble(value);
            case "--keys" -> keys = Integer.parseInt(value);
            case "--seed" -> seed = Long.parseLong(value);
            default -> throw new IllegalArgumentException("unknown option " + name);
        }
    }

    /** Returns what went wrong, a sentence each. */
    List<String> run() throws IOException, InterruptedException {
        Path folder = Files.createTempDirectory("quorate-volume");
        try (MemberProcesses processes = MemberProcesses.start(binary, folder, 1);
                Clients clients = new Clients(processes.client(0), keys)) {
            clients.start(seed);
            try {
                write(processes, folder, clients);
                if (isGivenBack(processes.awaitServing(0), clients.liveBytes(), UNDER_TRAFFIC))
                    failures.add("so little was written that its space cannot be seen: more gigabytes or fewer keys");
                reclaim(UNDER_TRAFFIC, processes, folder, clients);
                clients.stop();
                reclaim(AT_REST, processes, folder, clients);
                restart(processes, folder, clients);
            } catch (MemberProcesses.NotServing dead) {
                failures.add(dead.getMessage());
            }
            judgeTraffic(clients);
            return failures;
        }
    }

    private void restart(MemberProcesses processes, Path folder, Clients clients)
            throws IOException, InterruptedException {
        System.out.printf("kill -9: serves again after %.1f s%n", processes.crashAndRestart());
        int lacking = clients.lacking();
        System.out.printf("%d keys read again%n", keys);
        if (lacking > 0) failures.add(lacking + " of " + keys + " keys lack what was acknowledged before the kill -9");
        print("restarted", processes, folder, clients);
    }

    private void write(MemberProcesses processes, Path folder, Clients clients)
            throws IOException, InterruptedException {
        while (clients.writtenBytes() < gigabytes * GIGABYTE) {
            TimeUnit.MILLISECONDS.sleep(100);
            if (isTimeToPrint()) print("write", processes, folder, clients);
        }
        print("written", processes, folder, clients);
    }

    /** The traffic makes new garbage all the time, so the compactions go on. */
    private void reclaim(double factor, MemberProcesses processes, Path folder, Clients clients)
            throws IOException, InterruptedException {
        long begin = System.nanoTime();
        double seconds = RECLAIM_SECONDS + RECLAIM_SECONDS_PER_GIGABYTE * gigabytes;
        while (true) {
            long written = clients.writtenBytes();
            clients.compact();
            TimeUnit.SECONDS.sleep(1);
            long needed = clients.liveBytes() + clients.writtenBytes() - written;
            if (isGivenBack(processes.awaitServing(0), needed, factor)
                    && diskBytes(folder) < factor * needed + LOOSE_BYTES + LOG_BYTES) break;
            if (isTimeToPrint()) print("reclaim", processes, folder, clients);
            if (System.nanoTime() - begin < seconds * 1e9) continue;
            failures.add(
                    "the database takes %.2f GiB and the disk %.2f after %.0f s, with %.2f GiB needed: more than %.1f times"
                            .formatted(
                                    gib(processes.awaitServing(0).getDbSize()),
                                    gib(diskBytes(folder)),
                                    seconds,
                                    gib(needed),
                                    factor));
            break;
        }
        print("reclaimed", processes, folder, clients);
    }

    /** Both what counts as used and what the files take. */
    private static boolean isGivenBack(StatusResponse status, long neededBytes, double factor) {
        return Math.max(status.getDbSize(), status.getDbSizeInUse()) < factor * neededBytes + LOOSE_BYTES;
    }

    private void judgeTraffic(Clients clients) {
        if (clients.wrong() > 0) failures.add(clients.wrong() + " values that were read are wrong or too old");
        if (clients.failures() > 0) failures.add(clients.failures() + " calls failed although the member was alive");
        if (clients.reads() == 0) failures.add("no value was read meanwhile");
        if (clients.slowestSeconds() > LONGEST_CALL_SECONDS)
            failures.add("the longest call took %.2f s, more than %.0f s"
                    .formatted(clients.slowestSeconds(), LONGEST_CALL_SECONDS));
    }

    private boolean isTimeToPrint() {
        return System.nanoTime() - printedNanos > TimeUnit.SECONDS.toNanos(PRINT_SECONDS);
    }

    private void print(String step, MemberProcesses processes, Path folder, Clients clients)
            throws IOException, InterruptedException {
        printedNanos = System.nanoTime();
        StatusResponse status = processes.awaitServing(0);
        System.out.printf(
                "%-9s %5d s: written %.2f GiB, %d reads, %d failures; database %.2f GiB, in use %.2f, needed %.2f;"
                        + " disk %.2f GiB; memory %d MiB anonymous, %d heap and files; longest call %.2f s%n",
                step,
                (System.nanoTime() - beginNanos) / 1_000_000_000,
                gib(clients.writtenBytes()),
                clients.reads(),
                clients.failures(),
                gib(status.getDbSize()),
                gib(status.getDbSizeInUse()),
                gib(clients.liveBytes()),
                gib(diskBytes(folder)),
                processes.residentBytes("RssAnon") >> 20,
                processes.residentBytes("VmRSS") >> 20,
                clients.slowestSecondsLately());
    }

    private static double gib(long bytes) {
        return (double) bytes / GIGABYTE;
    }

    /** The blocks that are taken, not the lengths: files can have holes. */
    private static long diskBytes(Path folder) throws IOException {
        Process du = new ProcessBuilder("du", "-sk", folder.toString())
                // Files come and go meanwhile.
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
        String said = new String(du.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        return Long.parseLong(said.substring(0, said.indexOf('\t'))) << 10;
    }
}
