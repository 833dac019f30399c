package dev.quorate.e2e.soak;

import dev.quorate.e2e.check.Linearizability;
import dev.quorate.e2e.check.WatchCheck;
import dev.quorate.e2e.faults.Fault;
import dev.quorate.e2e.history.Change;
import dev.quorate.e2e.history.Heard;
import dev.quorate.e2e.history.Operation;
import dev.quorate.e2e.process.MemberProcesses;
import dev.quorate.e2e.traffic.LeaseHolder;
import dev.quorate.e2e.traffic.StoreHistory;
import dev.quorate.e2e.traffic.Watcher;
import dev.quorate.e2e.traffic.Workload;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * The command: see {@link #USAGE}. Works on every binary with etcd's flags, so that the checkers themselves can be tried
 * on etcd.
 */
public final class Soak {
    private static final String USAGE =
            "soak BINARY [--seconds N] [--seed N] [--members N] [--clients N] [--folder DIR] [--faults KIND,KIND]";
    private static final int WATCHERS = 4;
    private static final int LEASES = 4;
    private static final String LEASED = "leased";

    private final Path binary;
    private long seconds = 60;
    private long seed = 1;
    private long members = 3;
    private long clients = 12;
    private List<Fault.Kind> kinds = Stream.of(Fault.Kind.values())
            .filter(kind -> kind != Fault.Kind.FULL)
            .toList();
    private Path place = Path.of(System.getProperty("java.io.tmpdir"));

    private Soak(Path binary) {
        this.binary = binary;
    }

    public static void main(String[] args) throws Exception {
        Soak soak;
        try {
            soak = parsed(args);
        } catch (IllegalArgumentException e) {
            System.err.println("soak: " + e.getMessage());
            System.err.println("usage: " + USAGE);
            System.exit(2);
            return;
        }
        List<String> violations = soak.run();
        violations.stream().limit(20).forEach(System.out::println);
        System.out.println(violations.isEmpty() ? "0 violations" : violations.size() + " VIOLATIONS");
        System.exit(violations.isEmpty() ? 0 : 1);
    }

    static Soak parsed(String... args) {
        if (args.length % 2 == 0) throw new IllegalArgumentException("a binary, then options with a value each");
        Soak soak = new Soak(Path.of(args[0]).toAbsolutePath());
        for (int i = 1; i < args.length; i += 2) soak.option(args[i], args[i + 1]);
        return soak;
    }

    private void option(String name, String value) {
        switch (name) {
            case "--seconds" -> seconds = Long.parseLong(value);
            case "--seed" -> seed = Long.parseLong(value);
            case "--members" -> members = Long.parseLong(value);
            case "--clients" -> clients = Long.parseLong(value);
            case "--folder" -> place = Path.of(value);
            case "--faults" ->
                kinds = Stream.of(value.split(",", -1))
                        .map(kind -> Fault.Kind.valueOf(kind.toUpperCase(Locale.ROOT)))
                        .toList();
            default -> throw new IllegalArgumentException("unknown option " + name);
        }
    }

    List<String> run() throws Exception {
        System.out.printf(
                "reproduce: soak %s --seconds %d --seed %d --members %d --clients %d --folder %s --faults %s%n",
                binary,
                seconds,
                seed,
                members,
                clients,
                place,
                kinds.stream().map(kind -> kind.name().toLowerCase(Locale.ROOT)).collect(Collectors.joining(",")));
        Path folder = Files.createTempDirectory(place, "quorate-soak");
        SplittableRandom random = new SplittableRandom(seed);
        try (MemberProcesses processes = MemberProcesses.startApart(binary, folder, Math.toIntExact(members));
                Clients all = new Clients(processes, Math.toIntExact(clients), random)) {
            List<String> violations = new ArrayList<>();
            try {
                disturb(processes, all.workload, random);
            } catch (MemberProcesses.NotServing dead) {
                violations.add(dead.getMessage());
            }
            List<Operation> operations = all.workload.stop();
            violations.addAll(all.stopLeases());
            if (violations.isEmpty()) for (int i = 0; i < members; i++) processes.awaitServing(i);
            judge(processes, operations, all.watchers, violations);
            return violations;
        }
    }

    /** Everybody who uses the cluster meanwhile. */
    private static final class Clients implements AutoCloseable {
        final Workload workload;
        final List<Watcher> watchers = new ArrayList<>();
        final List<LeaseHolder> leases = new ArrayList<>();

        Clients(MemberProcesses processes, int clients, SplittableRandom random) {
            List<InetSocketAddress> members = IntStream.range(0, processes.memberCount())
                    .mapToObj(processes::client)
                    .toList();
            workload = Workload.start(members, clients, random.nextLong());
            for (int i = 0; i < WATCHERS; i++) watchers.add(Watcher.start(members, random.split()));
            for (int i = 0; i < LEASES; i++) leases.add(LeaseHolder.start(members, i, random.split()));
        }

        List<String> stopLeases() {
            List<String> violations =
                    leases.stream().flatMap(holder -> holder.stop().stream()).toList();
            int looks = leases.stream().mapToInt(LeaseHolder::looks).sum();
            System.out.printf("%d times a leased key had to be there%n", looks);
            return violations;
        }

        @Override
        public void close() {
            workload.close();
            watchers.forEach(Watcher::close);
            leases.forEach(LeaseHolder::close);
        }
    }

    private void disturb(MemberProcesses processes, Workload workload, SplittableRandom random) throws Exception {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(seconds);
        for (int number = 1; System.nanoTime() < end; number++) {
            TimeUnit.MILLISECONDS.sleep(random.nextInt(1_000, 3_000));
            Fault fault = Fault.pick(random, kinds, processes.memberCount(), processes.leader());
            long before = workload.answered();
            fault.play(processes, random.nextInt(100, 6_000));
            for (int i = 0; i < members; i++) processes.awaitServing(i);
            System.out.printf(
                    "fault %d: %s; %d calls, %d answered while it lasted%n",
                    number, fault, workload.count(), workload.answered() - before);
        }
    }

    private void judge(
            MemberProcesses processes, List<Operation> operations, List<Watcher> watchers, List<String> violations)
            throws Exception {
        List<Integer> serving = IntStream.range(0, processes.memberCount())
                .filter(processes::serves)
                .boxed()
                .toList();
        if (serving.isEmpty()) return;
        List<Change> history = StoreHistory.read(processes.client(serving.getFirst()));
        long answered = operations.stream()
                .filter(operation -> operation.answer().isPresent())
                .count();
        System.out.printf("%d calls, %d answered, %d changes%n", operations.size(), answered, history.size());
        violations.addAll(Linearizability.violations(operations, withoutLeased(history)));
        long last = history.isEmpty() ? 0 : history.getLast().revision();
        for (int member : serving) {
            if (!until(last, StoreHistory.read(processes.client(member))).equals(history))
                violations.add("member " + member + " has another history than member " + serving.getFirst());
        }
        for (int i = 0; i < watchers.size(); i++) {
            List<List<Heard>> answers = watchers.get(i).stopAt(last);
            List<Heard> heard = answers.stream()
                    .flatMap(List::stream)
                    .filter(event -> event.change().revision() <= last)
                    .toList();
            WatchCheck.violation("watcher " + i, heard, history).ifPresent(violations::add);
            violations.addAll(WatchCheck.torn("watcher " + i, answers));
        }
    }

    /** Leases end when they like, also between two looks at the history. */
    private static List<Change> until(long last, List<Change> history) {
        return history.stream().filter(change -> change.revision() <= last).toList();
    }

    private static List<Change> withoutLeased(List<Change> history) {
        return history.stream()
                .filter(change -> !change.key().startsWith(LEASED))
                .toList();
    }
}
