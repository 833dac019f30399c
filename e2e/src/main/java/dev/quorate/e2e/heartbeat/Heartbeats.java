package dev.quorate.e2e.heartbeat;

import dev.quorate.e2e.inside.Orders;
import dev.quorate.e2e.process.MemberProcesses;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;

/**
 * The command: three members under everything that makes heartbeats late elsewhere. Each row says how many terms began
 * while it lasted; more than it may is a failure. Only a leader whose disk stands still may go, by handing over: once.
 */
public final class Heartbeats {
    private static final int MEMBERS = 3;

    private final MemberProcesses members;
    private final long seconds;
    private boolean failed;

    private Heartbeats(MemberProcesses members, long seconds) {
        this.members = members;
        this.seconds = seconds;
    }

    /** What happens beside the load. */
    private interface Trouble {
        void happen() throws IOException, InterruptedException;
    }

    public static void main(String[] args) throws Exception {
        if (args.length != 2) {
            System.err.println("usage: heartbeats BINARY SECONDS");
            System.exit(2);
        }
        boolean onTime = run(Path.of(args[0]).toAbsolutePath(), Long.parseLong(args[1]));
        System.out.println(onTime ? "no election that was not needed" : "ELECTIONS THAT WERE NOT NEEDED");
        System.exit(onTime ? 0 : 1);
    }

    /** Returns whether nobody was elected without need. */
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
                "%-52s | new terms | late heartbeats | hand-overs | answered | failed | longest silence%n",
                "load of " + seconds + " s each");
        row("puts of 1,000 clients", 0, () -> TimeUnit.SECONDS.sleep(seconds));
        row("the same, and 8 clients read 20 MiB at a time", 0, () -> {
            try (Storm ranges = Storm.ofHugeRanges(members, everybody(), 8)) {
                TimeUnit.SECONDS.sleep(seconds);
                if (ranges.answered() == 0) fail("no range was answered");
            }
        });
        row("puts, and the leader pauses for 0.4 s, ten times", 0, this::pauses);
        row("puts, and each sync of the leader's disk takes 0.1 s", 0, () -> leaderDisk(Orders.Disk.SLOW, seconds));
        row("puts, and a follower comes back far behind", 0, this::catchUp);
        row("puts, and the leader's disk stands still for 5 s", 1, () -> leaderDisk(Orders.Disk.STALLS, 5));
    }

    private void row(String name, int mayBegin, Trouble trouble) throws IOException, InterruptedException {
        Reading before = Reading.of(members);
        try (Storm puts = Storm.ofPuts(members, everybody(), 100, 10)) {
            trouble.happen();
            Reading seen = Reading.of(members).since(before);
            System.out.printf(
                    "%-52s | %9d | %15d | %10d | %8d | %6d | %.2f s%n",
                    name,
                    seen.term(),
                    seen.lateHeartbeats(),
                    seen.handOvers(),
                    puts.answered(),
                    puts.failed(),
                    puts.longestSilenceSeconds());
            if (seen.term() > mayBegin) fail(seen.term() + " new terms, at most " + mayBegin + " may begin");
            if (puts.answered() == 0) fail("no put was answered");
        }
    }

    private void pauses() throws IOException, InterruptedException {
        int leader = members.leader();
        for (int i = 0; i < 10; i++) {
            members.signal(leader, "STOP");
            TimeUnit.MILLISECONDS.sleep(400);
            members.signal(leader, "CONT");
            TimeUnit.MILLISECONDS.sleep(600);
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
    private void catchUp() throws IOException, InterruptedException {
        int follower = (members.leader() + 1) % MEMBERS;
        members.kill(follower);
        TimeUnit.SECONDS.sleep(2 * seconds);
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
