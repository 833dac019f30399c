package dev.quorate.store.cli;

import static org.assertj.core.api.Assertions.assertThat;

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
    private static final int ROWS = 8;

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
}
