package dev.quorate.store.raft;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.SortedMap;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** Random clusters under random faults: {@code -Dseed=N} runs one, {@code -Dseeds=N} that many. */
class RaftSimulationTest {
    private static final int SEEDS = 200;

    @Test
    void nothingIsLostAndNobodyDisagrees() {
        Long only = Long.getLong("seed");
        int seeds = Integer.getInteger("seeds", SEEDS);
        SortedMap<String, Integer> coverage = new TreeMap<>();
        for (long seed = only == null ? 1 : only; seed <= (only == null ? seeds : only); seed++) {
            run(seed).forEach((what, times) -> coverage.merge(what, times, Integer::sum));
        }
        System.out.println(coverage);
        assertThat(coverage).isNotEmpty();
    }

    private static SortedMap<String, Integer> run(long seed) {
        RaftSimulation simulation = new RaftSimulation(seed, Boolean.getBoolean("trace") ? System.out::println : null);
        try {
            simulation.run();
        } catch (AssertionError | RuntimeException broken) {
            throw new AssertionError(
                    "seed " + seed + ": " + broken.getMessage()
                            + "\nreproduce: ./mvnw -pl store-node test -Dtest=RaftSimulationTest -Dseed=" + seed,
                    broken);
        }
        return simulation.coverage();
    }
}
