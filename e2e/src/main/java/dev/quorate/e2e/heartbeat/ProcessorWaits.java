package dev.quorate.e2e.heartbeat;

import dev.quorate.e2e.process.MemberProcesses;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;

/**
 * How often a member had its work ready and no processor for it, as the kernel counts it for the threads that a heartbeat
 * needs: the clock's, the loop's, and the collector's, for which the others wait.
 *
 * <p>A heartbeat is late when it leaves more than an interval after its time. So each time that these threads together
 * waited for an interval, within three, explains one late heartbeat, whatever the member could have done; what they
 * computed or slept explains none. So does each time that this class, which only looks, comes so much too late: virtual
 * machines stand still as a whole.
 */
final class ProcessorWaits implements AutoCloseable {
    private static final long INTERVAL_NANOS = 100_000_000;
    private static final long WITHIN_NANOS = 3 * INTERVAL_NANOS;
    private static final long LOOK_MILLIS = 20;

    private final List<Member> members;
    private final Thread thread;
    private volatile boolean closed;

    ProcessorWaits(MemberProcesses members) {
        this.members = IntStream.range(0, members.memberCount())
                .mapToObj(member -> new Member(members, member))
                .toList();
        this.thread = Thread.ofPlatform().name("waits").daemon(true).start(this::look);
    }

    private record Seen(long atNanos, long waitedNanos) {}

    /** One member's threads. */
    private static final class Member {
        private static final long LIST_NANOS = TimeUnit.SECONDS.toNanos(1);

        private final MemberProcesses processes;
        private final int number;
        private final Deque<Seen> seen = new ArrayDeque<>();
        private final List<Path> inTurn = new ArrayList<>();
        private final List<Path> together = new ArrayList<>();
        private long listedNanos = System.nanoTime() - LIST_NANOS;
        private final AtomicInteger times = new AtomicInteger();

        Member(MemberProcesses processes, int number) {
            this.processes = processes;
            this.number = number;
        }

        void look(long nowNanos) {
            try {
                if (nowNanos - listedNanos >= LIST_NANOS) list(nowNanos);
                add(new Seen(nowNanos, waitedNanos(inTurn) + waitedNanos(together) / Math.max(1, together.size())));
            } catch (IOException ended) {
                seen.clear();
                listedNanos = nowNanos - LIST_NANOS;
            }
        }

        private void add(Seen now) {
            seen.addLast(now);
            while (now.atNanos() - seen.getFirst().atNanos() > WITHIN_NANOS) seen.removeFirst();
            if (now.waitedNanos() - seen.getFirst().waitedNanos() < INTERVAL_NANOS) return;
            times.incrementAndGet();
            seen.clear();
            seen.addLast(now);
        }

        /** The collector has more workers from time to time. */
        private void list(long nowNanos) throws IOException {
            List<Path> before = List.copyOf(together);
            inTurn.clear();
            together.clear();
            Path all = Path.of("/proc", String.valueOf(processes.pid(number)), "task");
            try (DirectoryStream<Path> threads = Files.newDirectoryStream(all)) {
                for (Path thread : threads) {
                    switch (Files.readString(thread.resolve("comm")).strip().replaceAll("#.*", "")) {
                        case "node", "ticker", "VM Thread" -> inTurn.add(thread.resolve("schedstat"));
                        case "GC Thread" -> together.add(thread.resolve("schedstat"));
                        default -> {}
                    }
                }
            }
            if (!before.equals(together)) seen.clear();
            listedNanos = nowNanos;
        }

        /** The second figure: nanoseconds on a processor's queue. */
        private static long waitedNanos(List<Path> threads) throws IOException {
            long sum = 0;
            for (Path thread : threads)
                sum += Long.parseLong(Files.readString(thread).split(" ", -1)[1]);
            return sum;
        }
    }

    private void look() {
        long before = System.nanoTime();
        while (!closed) {
            long now = System.nanoTime();
            boolean stoodStill = now - before > INTERVAL_NANOS;
            before = now;
            for (Member member : members) {
                if (stoodStill) member.times.incrementAndGet();
                else member.look(now);
            }
            try {
                TimeUnit.MILLISECONDS.sleep(LOOK_MILLIS);
            } catch (InterruptedException ended) {
                return;
            }
        }
    }

    /** How many late heartbeats of a member they explain so far. */
    int explained(int member) {
        return members.get(member).times.get();
    }

    @Override
    public void close() {
        closed = true;
        thread.interrupt();
    }
}
