package dev.quorate.store.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.util.Collection;
import org.junit.jupiter.api.Test;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.ChainedOptionsBuilder;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;
import org.openjdk.jmh.runner.options.VerboseMode;

/**
 * Runs the engine's benchmarks so small that they only prove to work. To measure:
 *
 * <pre>./mvnw -pl store-node test -Dtest=EngineBenchTest -Dbench=1000000</pre>
 *
 * with {@code -Drow=page} for the rows whose name holds a word.
 */
class EngineBenchTest {
    private static final int ROWS = 9;

    /** With fewer keys the figure is that of everything else. */
    private static final int ENOUGH_TO_MEASURE = 100_000;

    private static final long MOST_BYTES_PER_KEY = 200;

    @Test
    void everyRowRuns() throws RunnerException {
        String keys = System.getProperty("bench");
        String row = System.getProperty("row", "");
        ChainedOptionsBuilder options = new OptionsBuilder()
                .include(EngineBench.class.getSimpleName() + "\\..*" + row)
                .param("keys", keys == null ? "4000" : keys)
                .shouldFailOnError(true)
                .jvmArgsAppend("-Xmx4g");
        if (keys == null)
            options.forks(0)
                    .warmupIterations(0)
                    .measurementIterations(1)
                    .measurementTime(TimeValue.milliseconds(20))
                    .verbosity(VerboseMode.SILENT);
        else
            options.forks(1)
                    .warmupIterations(3)
                    .warmupTime(TimeValue.seconds(2))
                    .measurementIterations(5)
                    .measurementTime(TimeValue.seconds(2));
        Collection<RunResult> results = new Runner(options.build()).run();
        assertThat(results).hasSizeGreaterThanOrEqualTo(row.isEmpty() ? ROWS : 1);
        for (RunResult result : results)
            assertThat(result.getPrimaryResult().getScore()).isPositive();
    }

    /** Prints what a key costs in memory, value not counted: index, tables, what the log knows of its files. */
    @Test
    void aKeyCostsMemory() throws IOException {
        int keys = Integer.getInteger("bench", 4000);
        long before = usedBytes();
        try (BenchedState state = BenchedState.create()) {
            for (int i = 0; i < keys; i++) state.put(i);
            state.endBatch();
            long written = usedBytes();
            state.reopen();
            long opened = usedBytes();
            System.out.printf(
                    "state bytes per key of %d bytes: %d as written, %d after a restart%n",
                    BenchedState.key(0).size(), (written - before) / keys, (opened - before) / keys);
            assertThat(state.view().revision()).isEqualTo(keys + 1);
            if (keys >= ENOUGH_TO_MEASURE) assertThat((written - before) / keys).isLessThan(MOST_BYTES_PER_KEY);
        }
    }

    private static long usedBytes() {
        System.gc();
        return ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
    }
}
