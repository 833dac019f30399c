package dev.quorate.store.node;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/**
 * Whole nodes (loop, raft, state) on a simulated disk, network and clock. {@code -Dseed=N} runs one seed,
 * {@code -Dseeds=N} that many.
 */
class SimulationTest {
    private static final int SEEDS = 100;

    @Test
    void noAnswerIsEverTakenBack() {
        Long only = Long.getLong("seed");
        long last = only == null ? Integer.getInteger("seeds", SEEDS) : only;
        int answers = 0;
        for (long seed = only == null ? 1 : only; seed <= last; seed++)
            answers += run(seed).answers();
        assertThat(answers).isPositive();
    }

    private static SimWorld run(long seed) {
        SimWorld world = new SimWorld(seed);
        try {
            world.run();
        } catch (AssertionError | RuntimeException broken) {
            throw new AssertionError(
                    "seed " + seed + ": " + broken.getMessage()
                            + "\nreproduce: ./mvnw -pl store-node test -Dtest=SimulationTest -Dseed=" + seed,
                    broken);
        }
        return world;
    }

    /** One JVM would not notice an order that depends on the process. */
    @Test
    void aSeedIsTheSameStoryInAnotherJvm() throws Exception {
        Process other = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-XX:+UseSerialGC",
                        "-XX:TieredStopAtLevel=1",
                        "-cp",
                        System.getProperty("java.class.path"),
                        OtherJvm.class.getName(),
                        "7")
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
        String theirs = new String(other.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(other.waitFor(60, TimeUnit.SECONDS)).isTrue();
        assertThat(theirs.lines().toList().getLast()).isEqualTo(run(7).trace());
    }

    /** The other JVM's entry. */
    static final class OtherJvm {
        private OtherJvm() {}

        public static void main(String[] arguments) {
            System.out.println(run(Long.parseLong(arguments[0])).trace());
        }
    }
}
