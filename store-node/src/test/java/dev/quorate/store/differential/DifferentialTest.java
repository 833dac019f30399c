package dev.quorate.store.differential;

import static org.assertj.core.api.Assertions.assertThat;

import dev.quorate.proto.etcdserverpb.RangeRequest;
import dev.quorate.store.api.LoneMember;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The same random client talks to a real etcd and to us, and hears the same.
 *
 * <p>In every build we are compared with what an etcd 3.5.30 once answered. With a real one at hand it goes on for as
 * long as you like: {@code ./mvnw -pl store-node test -Dtest=DifferentialTest -Detcd=/path/to/etcd -Dseeds=100
 * -Dsteps=2000}, or {@code -Dseed=N} for one; {@code -Drewrite} also records the answers for the build, {@code -Dtrace} shows
 * everything.
 */
class DifferentialTest {
    private static final int RECORDED_STEPS = 500;
    private static final int ENOUGH_DIFFERENCES = 5;

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3})
    void weAnswerWhatEtcdOnceAnswered(long seed) throws Exception {
        List<String> recorded = recorded(seed);
        try (LoneMember member = new LoneMember();
                Server ours = new Server("127.0.0.1", member.address().getPort())) {
            RandomSteps steps = new RandomSteps(seed);
            Iterator<String> expected = recorded.iterator();
            for (int i = 0; i < RECORDED_STEPS; i++) {
                Step step = steps.next();
                if (step instanceof Step.Call(RangeRequest range))
                    ours.streamed(range)
                            .ifPresent(whole -> assertThat(whole)
                                    .as("in pieces: %s", Normal.oneLine(range.toString()))
                                    .isEqualTo(ours.run(step)));
                assertThat(ours.run(step))
                        .as("seed %d, step %d: %s", seed, i, Normal.oneLine(step.toString()))
                        .isEqualTo(expected.next());
                steps.learn(ours.revision());
            }
            assertThat(ours.broken()).isEmpty();
        }
    }

    private static List<String> recorded(long seed) throws IOException {
        try (InputStream in = Objects.requireNonNull(
                DifferentialTest.class.getResourceAsStream("/differential/" + seed + ".txt"), "the recording")) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8).lines().toList();
        }
    }

    @Test
    void weAnswerWhatARealEtcdAnswers(@TempDir Path folder) throws Exception {
        String etcd = System.getProperty("etcd");
        if (etcd == null) return;
        if (System.getProperty("rewrite") != null) for (long seed = 1; seed <= 3; seed++) record(seed, etcd, folder);
        long first = Long.getLong("seed", 1_000);
        int count = Integer.getInteger("seeds", System.getProperty("seed") == null ? 5 : 1);
        List<String> differences = new ArrayList<>();
        for (long seed = first; seed < first + count && differences.size() < ENOUGH_DIFFERENCES; seed++) {
            List<String> found = compare(seed, etcd, folder, Integer.getInteger("steps", 1_500));
            found.forEach(System.out::println);
            differences.addAll(found);
        }
        assertThat(differences).isEmpty();
    }

    private static List<String> compare(long seed, String etcd, Path folder, int count) throws Exception {
        List<String> differences = new ArrayList<>();
        try (EtcdProcess process = new EtcdProcess(Path.of(etcd), folder);
                LoneMember member = new LoneMember();
                Server theirs = new Server("127.0.0.1", process.port());
                Server ours = new Server("127.0.0.1", member.address().getPort())) {
            RandomSteps steps = new RandomSteps(seed);
            for (int i = 0; i < count && differences.size() < ENOUGH_DIFFERENCES; i++) {
                Step step = steps.next();
                String expected = theirs.run(step);
                String actual = ours.run(step);
                steps.learn(theirs.revision());
                if (System.getProperty("trace") != null)
                    System.out.println(i + " " + Normal.oneLine(step.toString()) + " -> " + expected);
                if (!actual.equals(expected))
                    differences.add("seed " + seed + ", step " + i + ": " + Normal.oneLine(step.toString())
                            + difference(expected, actual));
            }
            differences.addAll(ours.broken());
        }
        return differences;
    }

    /** The parts that only one of the two has. */
    private static String difference(String expected, String actual) {
        List<String> theirs = List.of(expected.split(Heard.SEPARATOR, -1));
        List<String> ours = List.of(actual.split(Heard.SEPARATOR, -1));
        return "\n  etcd:    "
                + theirs.stream().filter(part -> !ours.contains(part)).toList() + "\n  quorate: "
                + ours.stream().filter(part -> !theirs.contains(part)).toList();
    }

    private static void record(long seed, String etcd, Path folder) throws Exception {
        List<String> lines = new ArrayList<>();
        try (EtcdProcess process = new EtcdProcess(Path.of(etcd), folder);
                Server theirs = new Server("127.0.0.1", process.port())) {
            RandomSteps steps = new RandomSteps(seed);
            for (int i = 0; i < RECORDED_STEPS; i++) {
                lines.add(theirs.run(steps.next()));
                steps.learn(theirs.revision());
            }
        }
        Files.write(Path.of("src/test/resources/differential/" + seed + ".txt"), lines);
    }
}
