package dev.quorate.store.cli;

import dev.quorate.store.Bytes;
import dev.quorate.store.mvcc.EventsPage;
import dev.quorate.store.mvcc.KeyRange;
import dev.quorate.store.mvcc.MvccView;
import dev.quorate.store.mvcc.RangeQuery;
import dev.quorate.store.mvcc.RangeResult;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/**
 * What the state machine over the real value log costs: no network, no consensus, no fsync per change. Tiny in the
 * build; {@link EngineBenchTest} says how to measure.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
public class EngineBench {
    private static final KeyRange ALL = KeyRange.prefix(Bytes.utf8("/registry/"));
    private static final int PAGE = 1_000;
    private static final int COMPACTED = 10_000;

    @Param("1000000")
    public int keys;

    private final SplittableRandom random = new SplittableRandom(1);
    private BenchedState state;
    private int next;

    @Setup
    public void fill() throws Exception {
        next = 0;
        state = BenchedState.create();
        while (next < keys) state.put(next++);
        state.endBatch();
    }

    @TearDown
    public void close() throws Exception {
        state.close();
    }

    @Benchmark
    public void putNew() {
        state.put(next++);
    }

    @Benchmark
    public void putAgain() {
        state.put(random.nextInt(keys));
    }

    @Benchmark
    public int get() {
        return found(state.view(), RangeQuery.get(BenchedState.key(random.nextInt(keys))), 1);
    }

    /** What a list of Kubernetes is: a limit, and the count of everything behind it. */
    @Benchmark
    public int page() {
        return found(state.view(), RangeQuery.of(ALL).limited(PAGE), PAGE);
    }

    /** The next pages of a list are read at the revision of its first. */
    @Benchmark
    public int pageOlder() {
        MvccView view = state.view();
        long old = view.revision() - keys / 4;
        return found(view, RangeQuery.of(ALL).at(old).limited(PAGE), PAGE);
    }

    /** A watch that comes back and asks for the last thousand changes. */
    @Benchmark
    public int watchCatchUp() {
        MvccView view = state.view();
        EventsPage.Events events = (EventsPage.Events) view.events(view.revision() - PAGE + 1, ALL, Long.MAX_VALUE);
        if (events.events().size() != PAGE)
            throw new AssertionError(events.events().size() + " events");
        return PAGE;
    }

    /** The same history that etcd's HashKV walks. */
    @Benchmark
    @BenchmarkMode(Mode.SingleShotTime)
    @OutputTimeUnit(TimeUnit.MILLISECONDS)
    public Object hashOfEverything() {
        return state.view().hashKv(0);
    }

    /** Versions that nobody needs any more, one compaction for all of them. */
    @State(Scope.Benchmark)
    public static class Garbage {
        private BenchedState state;

        @Setup(Level.Invocation)
        public void write() throws Exception {
            state = BenchedState.create();
            for (int i = 0; i < COMPACTED; i++) state.put(i % 100);
            state.endBatch();
        }

        @TearDown(Level.Invocation)
        public void close() throws Exception {
            state.close();
        }
    }

    @Benchmark
    @BenchmarkMode(Mode.SingleShotTime)
    @OperationsPerInvocation(COMPACTED)
    public void compaction(Garbage garbage) {
        garbage.state.compactAll();
    }

    /** A start after a crash, without the process: everything is read and indexed again. */
    @Benchmark
    @BenchmarkMode(Mode.SingleShotTime)
    @OutputTimeUnit(TimeUnit.MILLISECONDS)
    public void reopen() throws Exception {
        state.reopen();
        if (found(state.view(), RangeQuery.of(ALL).limited(1), 1) != 1) throw new AssertionError("empty");
    }

    /** The same when the member had the time to write checkpoints. */
    @Benchmark
    @BenchmarkMode(Mode.SingleShotTime)
    @OutputTimeUnit(TimeUnit.MILLISECONDS)
    public void reopenFromCheckpoints(Checkpoints checkpoints) throws Exception {
        checkpoints.state.reopen();
        if (found(checkpoints.state.view(), RangeQuery.of(ALL).limited(1), 1) != 1) throw new AssertionError("empty");
    }

    /** A state with checkpoints. */
    @State(Scope.Benchmark)
    public static class Checkpoints {
        private BenchedState state;

        @Setup
        public void write(EngineBench bench) throws Exception {
            state = BenchedState.create();
            for (int i = 0; i < bench.keys; i++) state.put(i);
            state.checkpoint();
        }

        @TearDown
        public void close() throws Exception {
            state.close();
        }
    }

    private static int found(MvccView view, RangeQuery query, int count) {
        RangeResult.Found found = (RangeResult.Found) view.range(query);
        if (found.encoded().size() != count)
            throw new AssertionError(query + " found " + found.encoded().size());
        return count;
    }
}
