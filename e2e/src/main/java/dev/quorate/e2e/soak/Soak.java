package dev.quorate.e2e.soak;

import dev.quorate.e2e.check.Linearizability;
import dev.quorate.e2e.faults.Fault;
import dev.quorate.e2e.history.Change;
import dev.quorate.e2e.history.Operation;
import dev.quorate.e2e.process.MemberProcesses;
import dev.quorate.e2e.traffic.StoreHistory;
import dev.quorate.e2e.traffic.Workload;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;

/**
 * The command: {@code soak BINARY [--seconds N] [--seed N] [--members N] [--clients N]}. Works on every binary with
 * etcd's flags, so that the checker itself can be tried on etcd.
 */
public final class Soak {
    private static final int BASE_PORT = 29_400;

    private int seconds = 60;
    private long seed = 1;
    private int members = 3;
    private int clients = 12;

    private Soak() {}

    public static void main(String[] args) throws Exception {
        if (args.length == 0) {
            System.err.println("usage: soak BINARY [--seconds N] [--seed N] [--members N] [--clients N]");
            System.exit(2);
        }
        Soak soak = new Soak();
        for (int i = 1; i + 1 < args.length; i += 2) soak.option(args[i], Integer.parseInt(args[i + 1]));
        List<String> violations = soak.run(Path.of(args[0]).toAbsolutePath());
        violations.stream().limit(20).forEach(System.out::println);
        System.out.println(violations.isEmpty() ? "0 violations" : violations.size() + " VIOLATIONS");
        System.exit(violations.isEmpty() ? 0 : 1);
    }

    private void option(String name, int value) {
        switch (name) {
            case "--seconds" -> seconds = value;
            case "--seed" -> seed = value;
            case "--members" -> members = value;
            case "--clients" -> clients = value;
            default -> throw new IllegalArgumentException("unknown option " + name);
        }
    }

    private List<String> run(Path binary) throws Exception {
        System.out.printf(
                "reproduce: soak %s --seconds %d --seed %d --members %d --clients %d%n",
                binary, seconds, seed, members, clients);
        Path folder = Files.createTempDirectory("quorate-soak");
        SplittableRandom random = new SplittableRandom(seed);
        try (MemberProcesses processes = MemberProcesses.start(binary, folder, BASE_PORT, members);
                Workload workload = Workload.start(
                        IntStream.range(0, members).mapToObj(processes::client).toList(), clients, seed)) {
            disturb(processes, workload, random);
            List<Operation> operations = workload.stop();
            for (int i = 0; i < members; i++) processes.awaitServing(i);
            return judge(processes, operations);
        }
    }

    private void disturb(MemberProcesses processes, Workload workload, SplittableRandom random) throws Exception {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(seconds);
        for (int number = 1; System.nanoTime() < end; number++) {
            TimeUnit.MILLISECONDS.sleep(random.nextInt(1_000, 3_000));
            Fault fault = Fault.pick(random, members, processes.leader());
            long before = workload.answered();
            fault.play(processes, random.nextInt(100, 4_000));
            for (int i = 0; i < members; i++) processes.awaitServing(i);
            System.out.printf(
                    "fault %d: %s; %d calls, %d answered while it lasted%n",
                    number, fault, workload.count(), workload.answered() - before);
        }
    }

    private List<String> judge(MemberProcesses processes, List<Operation> operations) throws Exception {
        List<Change> history = StoreHistory.read(processes.client(0));
        long answered = operations.stream()
                .filter(operation -> operation.answer().isPresent())
                .count();
        System.out.printf("%d calls, %d answered, %d changes%n", operations.size(), answered, history.size());
        List<String> violations = new ArrayList<>(Linearizability.violations(operations, history));
        for (int i = 1; i < members; i++) {
            if (!StoreHistory.read(processes.client(i)).equals(history)) {
                violations.add("member " + i + " has another history than member 0");
            }
        }
        return violations;
    }
}
