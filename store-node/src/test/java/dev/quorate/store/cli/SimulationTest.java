package dev.quorate.store.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

/**
 * Whole clusters: loop, raft, state, log and value log on simulated disks, network and clocks. {@code -Dseed=N} runs one seed,
 * {@code -Dseeds=100000 -Dfrom=N} that many from N on, over all cores, and shows every one that fails.
 */
class SimulationTest {
    private static final int SEEDS = 200;
    private static final List<String> MUST_HAPPEN = List.of(
            "accused",
            "answers",
            "astray",
            "comparesFalse",
            "comparesTrue",
            "compactions",
            "crashes",
            "damageEnded",
            "damageRefused",
            "events",
            "linearizable",
            "members",
            "moved",
            "reads",
            "readsOfThePast",
            "reclaimed",
            "renewals",
            "replaced",
            "rotten",
            "snapshots");
    private static final int PROGRESS = 1_000;

    /** Of so many worlds one may have a history whose order takes too long to be found. */
    private static final int WORLDS_PER_UNDECIDED = 100;

    @Test
    void noAnswerIsEverTakenBack() {
        Long only = Long.getLong("seed");
        long first = only == null ? Long.getLong("from", 1) : only;
        long count = only == null ? Long.getLong("seeds", SEEDS) : 1;
        SortedMap<String, Integer> happened = new ConcurrentSkipListMap<>();
        AtomicLong done = new AtomicLong();
        List<String> failures = LongStream.range(first, first + count)
                .parallel()
                .mapToObj(seed -> {
                    Optional<String> failure = failure(seed, happened);
                    failure.ifPresent(System.out::println);
                    if (done.incrementAndGet() % PROGRESS == 0) System.out.println(done + " of " + count + " seeds");
                    return failure;
                })
                .flatMap(Optional::stream)
                .toList();
        assertThat(failures).isEmpty();
        System.out.println(count + " seeds: " + happened);
        if (count < SEEDS) return;
        assertThat(happened).containsKeys(MUST_HAPPEN.toArray(String[]::new));
        assertThat(happened.getOrDefault("undecided", 0)).isLessThanOrEqualTo((int) (count / WORLDS_PER_UNDECIDED));
    }

    /** The others still run: one hunt shows every seed that fails. */
    private static Optional<String> failure(long seed, SortedMap<String, Integer> happened) {
        try {
            run(seed).coverage().forEach((what, times) -> {
                if (times > 0) happened.merge(what, times, Integer::sum);
            });
            return Optional.empty();
        } catch (AssertionError broken) {
            return Optional.of(broken.getMessage());
        }
    }

    private static SimWorld run(long seed) {
        SimWorld world = new SimWorld(seed);
        try {
            world.run();
        } catch (AssertionError | RuntimeException broken) {
            throw new AssertionError(
                    "seed " + seed + ": " + broken.getMessage() + "\n" + world.coverage()
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
