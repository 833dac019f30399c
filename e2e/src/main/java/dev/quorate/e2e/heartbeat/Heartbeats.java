package dev.quorate.e2e.heartbeat;

import dev.quorate.e2e.inside.Orders;
import dev.quorate.e2e.process.MemberProcesses;
import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;

/**
 * The command: three members under everything that makes heartbeats late elsewhere. A row fails when
 *
 * <pre>
 *   more terms begin than may: only a leader whose disk stands still may go
 *   leaders hand over because of their disk more or less often than they should: once where it stands still, else never
 *   a member's heartbeats are late, where it is not stopped, and no wait for a processor explains it: {@link ProcessorWaits}
 *   those of a leader that is stopped do not count as late
 *   the follower that comes back far behind is not sent a whole state
 *   nobody is answered
 * </pre>
 */
public final class Heartbeats {
    private static final int MEMBERS = 3;
    private static final int TIMES = 10;

    /** More than the 128 MiB of entries that a leader holds for those who are away. */
    private static final long PUTS_THAT_NOBODY_KEEPS = 150_000;

    /** So long it holds them for a member that does not answer. */
    private static final long RETENTION_SECONDS = 60;

    private final MemberProcesses members;
    private final long seconds;
    private boolean failed;

    private Heartbeats(MemberProcesses members, long seconds) {
        this.members = members;
        this.seconds = seconds;
    }

    /** What happens beside the load. */
    private interface Trouble {
        void happen(Storm puts) throws IOException, InterruptedException;
    }

    /**
     * What a row must show.
     *
     * @param mostTerms that may begin
     * @param handOvers exactly
     * @param leastLate heartbeats; 0: none that is not explained
     * @param leastStates that are sent as a whole
     */
    private record Expected(long mostTerms, long handOvers, long leastLate, long leastStates) {
        static final Expected PUNCTUAL = new Expected(0, 0, 0, 0);
        static final Expected LATE = new Expected(0, 0, TIMES, 0);
        static final Expected WHOLE_STATE = new Expected(0, 0, 0, 1);
        static final Expected HAND_OVER = new Expected(1, 1, 0, 0);
    }

    public static void main(String[] args) throws Exception {
        if (args.length != 2) {
            System.err.println("usage: heartbeats BINARY SECONDS");
            System.exit(2);
        }
        boolean onTime = run(Path.of(args[0]).toAbsolutePath(), Long.parseLong(args[1]));
        System.out.println(onTime ? "heartbeats are on time, no election was not needed" : "NOT AS IT SHOULD BE");
        System.exit(onTime ? 0 : 1);
    }

    /** Returns whether all rows are as they should be. */
    static boolean run(Path binary, long seconds) throws IOException, InterruptedException {
        Path folder = Files.createTempDirectory("quorate-heartbeats");
        try (MemberProcesses members = MemberProcesses.startApart(binary, folder, MEMBERS)) {
            Heartbeats heartbeats = new Heartbeats(members, seconds);
            heartbeats.all();
            return !heartbeats.failed;
        }
    }

    private void all() throws IOException, InterruptedException {
        System.out.printf(
                "%-52s | new terms | late heartbeats | explained | hand-overs | states | answered | failed | silence%n",
                "load of " + seconds + " s each");
        row("puts of 1,000 clients", Expected.PUNCTUAL, _ -> TimeUnit.SECONDS.sleep(seconds));
        row("the same, and 8 clients read 20 MiB at a time", Expected.PUNCTUAL, _ -> {
            try (Storm ranges = Storm.ofHugeRanges(members, everybody(), 8)) {
                TimeUnit.SECONDS.sleep(seconds);
                if (ranges.answered() == 0) fail("no range was answered");
            }
        });
        row("puts, and the leader pauses for 0.4 s, ten times", Expected.LATE, _ -> pauses());
        row(
                "puts, and each sync of the leader's disk takes 0.1 s",
                Expected.PUNCTUAL,
                _ -> leaderDisk(Orders.Disk.SLOW, seconds));
        row("puts, and the leader collects its whole heap, ten times", Expected.PUNCTUAL, _ -> collections());
        row("puts, and a follower comes back far behind", Expected.WHOLE_STATE, this::catchUp);
        row(
                "puts, and the leader's disk stands still for 5 s",
                Expected.HAND_OVER,
                _ -> leaderDisk(Orders.Disk.STALLS, 5));
    }

    private void row(String name, Expected expected, Trouble trouble) throws IOException, InterruptedException {
        Reading before = Reading.of(members);
        try (ProcessorWaits waits = new ProcessorWaits(members);
                Storm puts = Storm.ofPuts(members, everybody(), 100, 10)) {
            trouble.happen(puts);
            Reading seen = Reading.of(members).since(before);
            System.out.printf(
                    "%-52s | %9d | %15d | %9d | %10d | %6d | %8d | %6d | %.2f s%n",
                    name,
                    seen.term(),
                    seen.sum(Reading.Counters::lateHeartbeats),
                    everybody().stream().mapToInt(waits::explained).sum(),
                    seen.sum(Reading.Counters::handOvers),
                    seen.sum(Reading.Counters::wholeStates),
                    puts.answered(),
                    puts.failed(),
                    puts.longestSilenceSeconds());
            judge(expected, seen, waits);
            if (puts.answered() == 0) fail("no put was answered");
        }
    }

    private void judge(Expected expected, Reading seen, ProcessorWaits waits) {
        if (seen.term() > expected.mostTerms())
            fail(seen.term() + " new terms, at most " + expected.mostTerms() + " may begin");
        long handOvers = seen.sum(Reading.Counters::handOvers);
        if (handOvers != expected.handOvers())
            fail(handOvers + " leaders handed over because of their disk, and not " + expected.handOvers());
        if (seen.sum(Reading.Counters::wholeStates) < expected.leastStates())
            fail("no whole state was sent: the follower was not far behind");
        long allLate = seen.sum(Reading.Counters::lateHeartbeats);
        if (allLate < expected.leastLate())
            fail(allLate + " heartbeats count as late, at least " + expected.leastLate() + " were");
        for (int member : everybody()) {
            long late = seen.members().get(member).lateHeartbeats();
            if (expected.leastLate() == 0 && late > waits.explained(member))
                fail(late + " heartbeats of member " + member + " were late, " + waits.explained(member)
                        + " times it waited for a processor");
        }
    }

    private void pauses() throws IOException, InterruptedException {
        int leader = members.leader();
        for (int i = 0; i < TIMES; i++) {
            members.signal(leader, "STOP");
            TimeUnit.MILLISECONDS.sleep(400);
            members.signal(leader, "CONT");
            TimeUnit.MILLISECONDS.sleep(600);
        }
    }

    /** Stops of the whole process again, but those that the process makes itself, as long as its heap makes them. */
    private void collections() throws IOException, InterruptedException {
        String tool = Path.of(System.getProperty("java.home"), "bin", "jcmd").toString();
        String leader = String.valueOf(members.pid(members.leader()));
        for (int i = 0; i < TIMES; i++) {
            int exit = new ProcessBuilder(tool, leader, "GC.run")
                    .redirectErrorStream(true)
                    .redirectOutput(Redirect.DISCARD)
                    .start()
                    .waitFor();
            if (exit != 0) fail(tool + " cannot reach the leader");
            TimeUnit.SECONDS.sleep(1);
        }
    }

    private void leaderDisk(Orders.Disk disk, long forSeconds) throws IOException, InterruptedException {
        int leader = members.leader();
        members.order(leader, new Orders(disk, 0));
        TimeUnit.SECONDS.sleep(forSeconds);
        members.order(leader, Orders.NONE);
        TimeUnit.SECONDS.sleep(2);
    }

    /** It is away until the others have let go of the entries that it lacks. */
    private void catchUp(Storm puts) throws IOException, InterruptedException {
        int follower = (members.leader() + 1) % MEMBERS;
        members.kill(follower);
        long begin = System.nanoTime();
        long answered = puts.answered();
        while (puts.answered() - answered < PUTS_THAT_NOBODY_KEEPS
                && System.nanoTime() - begin < TimeUnit.SECONDS.toNanos(RETENTION_SECONDS + seconds))
            TimeUnit.MILLISECONDS.sleep(100);
        members.restart(follower);
        members.awaitServing(follower);
        TimeUnit.SECONDS.sleep(seconds);
    }

    private List<Integer> everybody() {
        return IntStream.range(0, MEMBERS).boxed().toList();
    }

    private void fail(String why) {
        System.out.println("  FAILED: " + why);
        failed = true;
    }
}
