package dev.quorate.e2e.volume;

import dev.quorate.e2e.process.MemberProcesses;
import dev.quorate.proto.etcdserverpb.StatusResponse;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;

/**
 * The command: {@code volume BINARY [--gigabytes N] [--keys N] [--seed N]}. Writes so much into values of 64 KiB to 1 MiB
 * while they are read, compacts, waits until the dead space is given back under the same traffic, then kills and restarts
 * the member and reads everything. Prints the sizes and the longest call of each step.
 */
public final class Volume {
    private static final long GIGABYTE = 1L << 30;
    private static final long PRINT_SECONDS = 10;
    private static final long RECLAIM_MINUTES = 60;

    private int gigabytes = 20;
    private int keys = 4_000;
    private long seed = 1;
    private final long beginNanos = System.nanoTime();

    private Volume() {}

    public static void main(String[] args) throws Exception {
        if (args.length == 0) {
            System.err.println("usage: volume BINARY [--gigabytes N] [--keys N] [--seed N]");
            System.exit(2);
        }
        Volume volume = new Volume();
        for (int i = 1; i + 1 < args.length; i += 2) volume.option(args[i], Integer.parseInt(args[i + 1]));
        long wrong = volume.run(Path.of(args[0]).toAbsolutePath());
        System.out.println(wrong + " wrong values");
        System.exit(wrong == 0 ? 0 : 1);
    }

    private void option(String name, int value) {
        switch (name) {
            case "--gigabytes" -> gigabytes = value;
            case "--keys" -> keys = value;
            case "--seed" -> seed = value;
            default -> throw new IllegalArgumentException("unknown option " + name);
        }
    }

    private long run(Path binary) throws Exception {
        Path folder = Files.createTempDirectory("quorate-volume");
        try (MemberProcesses processes = MemberProcesses.start(binary, folder, 1);
                Clients clients = new Clients(processes.client(0), keys)) {
            clients.start(seed);
            while (clients.writtenBytes() < gigabytes * GIGABYTE) {
                TimeUnit.SECONDS.sleep(PRINT_SECONDS);
                print("write", processes, folder, clients);
            }
            clients.compact();
            long due = System.nanoTime() + TimeUnit.MINUTES.toNanos(RECLAIM_MINUTES);
            long full = processes.awaitServing(0).getDbSizeInUse();
            while (!isReclaimed(full, print("reclaim", processes, folder, clients)) && System.nanoTime() < due)
                TimeUnit.SECONDS.sleep(PRINT_SECONDS);
            clients.stop();
            System.out.printf("kill -9: serves again after %.1f s%n", processes.crashAndRestart());
            System.out.printf("%d keys read again%n", clients.checkAll());
            print("restarted", processes, folder, clients);
            return clients.wrong();
        }
    }

    /** First the compaction shows what is dead, then that is given back; the traffic makes new garbage all the time. */
    private static boolean isReclaimed(long inUseBefore, StatusResponse status) {
        return status.getDbSizeInUse() < inUseBefore / 2 && status.getDbSize() < 2 * status.getDbSizeInUse();
    }

    private StatusResponse print(String step, MemberProcesses processes, Path folder, Clients clients)
            throws IOException, InterruptedException {
        StatusResponse status = processes.awaitServing(0);
        System.out.printf(
                "%-9s %5d s: written %.2f GiB, %d reads, %d failures; database %.2f GiB, in use %.2f; disk %.2f GiB;"
                        + " memory %d MiB anonymous, %d heap and files; longest call %.2f s%n",
                step,
                (System.nanoTime() - beginNanos) / 1_000_000_000,
                gib(clients.writtenBytes()),
                clients.reads(),
                clients.failures(),
                gib(status.getDbSize()),
                gib(status.getDbSizeInUse()),
                gib(diskBytes(folder.toFile())),
                processes.residentBytes("RssAnon") >> 20,
                processes.residentBytes("VmRSS") >> 20,
                clients.slowestSeconds());
        return status;
    }

    private static double gib(long bytes) {
        return (double) bytes / GIGABYTE;
    }

    /** Files come and go meanwhile. */
    private static long diskBytes(File folder) {
        long bytes = 0;
        File[] there = folder.listFiles();
        if (there == null) return folder.length();
        for (File file : there) bytes += diskBytes(file);
        return bytes;
    }
}
