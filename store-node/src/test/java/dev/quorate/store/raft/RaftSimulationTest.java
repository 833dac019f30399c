package dev.quorate.store.raft;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** Random clusters under random faults: {@code -Dseed=N} runs one, {@code -Dseeds=N} that many, {@code -Dtrace} shows it. */
class RaftSimulationTest {
    private static final int SEEDS = 200;
    private static final List<String> MUST_HAPPEN = List.of(
            "AppendRefused",
            "BecameLeader",
            "BecamePreCandidate",
            "CampaignHeldBack",
            "FollowerNeedsSnapshot",
            "ForwardRefused",
            "LeaseProtected",
            "LeavingJoint",
            "LogTruncated",
            "ReadsWaitForCommitInTerm",
            "SnapshotInstalled",
            "SnapshotNotNeeded",
            "SteppedDown",
            "TransferStarted",
            "TransferTimedOut",
            "readsAnswered");

    @Test
    void nothingIsLostAndNobodyDisagrees() {
        Long only = Long.getLong("seed");
        if (only != null) {
            run(only);
            return;
        }
        SortedMap<String, Integer> coverage = new TreeMap<>();
        for (long seed = 1; seed <= Integer.getInteger("seeds", SEEDS); seed++) {
            run(seed).forEach((what, times) -> coverage.merge(what, times, Integer::sum));
        }
        assertThat(coverage).containsKeys(MUST_HAPPEN.toArray(String[]::new));
    }

    private static SortedMap<String, Integer> run(long seed) {
        RaftSimulation simulation =
                new RaftSimulation(seed, System.getProperty("trace") != null ? System.out::println : null);
        try {
            simulation.run();
        } catch (AssertionError | RuntimeException broken) {
            throw new AssertionError(
                    broken.getMessage() + "\nreproduce: ./mvnw -pl store-node test -Dtest=RaftSimulationTest -Dseed="
                            + seed,
                    broken);
        }
        return simulation.coverage();
    }

    /** Iteration orders of the JDK differ between processes, not within one. */
    @Test
    void aSeedGivesTheSameHistoryInAnotherProcess() throws IOException, InterruptedException {
        String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
        Process other = new ProcessBuilder(
                        java, "-cp", System.getProperty("java.class.path"), RaftSimulationTest.class.getName(), "11")
                .redirectErrorStream(true)
                .start();
        String printed = new String(other.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(other.waitFor()).as(printed).isZero();
        assertThat(printed.trim()).endsWith(history(11));
    }

    /** Prints the hash of a seed's history. */
    public static void main(String[] arguments) {
        System.out.println(history(Long.parseLong(arguments[0])));
    }

    private static String history(long seed) {
        long[] hash = {1};
        new RaftSimulation(seed, line -> hash[0] = hash[0] * 1_000_003 + line.hashCode()).run();
        return Long.toHexString(hash[0]);
    }
}
