package dev.quorate.e2e.bench;

import dev.quorate.e2e.process.MemberProcesses;
import java.io.IOException;
import java.util.List;
import java.util.Locale;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The rows of the table: what is done to one running cluster, in order, and what is read off. Every row warms the
 * server up with a share of its own load before it measures; the names say what was run at the chosen scale.
 */
final class Rows {

    /** One line of the table. */
    record Row(String name, Measure measure) {}

    interface Measure {
        Figures run() throws IOException, InterruptedException;
    }

    private static final int FEW_KEYS = 1_000;
    private static final int PAGE_PREFIX_KEYS = 100_000;
    private static final int PAGE_KEYS = 1_000;
    private static final int LONG_RANGE_KEYS = 10_000;
    private static final int PROBES_AT_LEAST = 2_000;

    private final MemberProcesses servers;
    private final Options options;
    private int fresh;
    private boolean pagesWritten;
    private boolean memoryFilled;

    Rows(MemberProcesses servers, Options options) {
        this.servers = servers;
        this.options = options;
    }

    /** Puts and gets enough for the code of the server and of the load generator to be compiled. */
    static void warmUp(MemberProcesses servers) throws IOException, InterruptedException {
        try (Load many = new Load(servers, 0, 100, 10)) {
            many.fill(40_000, number -> put(key("k", number)));
            many.fill(60_000, number -> get(number, number % 2 == 0));
        }
    }

    /** In the order in which they must run: later ones find the keys of earlier ones or write their own. */
    List<Row> all() {
        int members = servers.memberCount();
        String suffix = ", " + members + (members == 1 ? " member" : " members");
        Stream<Row> everywhere = Stream.of(
                new Row("put, 1 client" + suffix, this::putAlone),
                new Row("put, 1,000 clients" + suffix, this::putMany),
                new Row("serializable get, 1,000 clients" + suffix, () -> gets(true)),
                new Row("linearizable get, 1,000 clients" + suffix, () -> gets(false)));
        if (members > 1) return everywhere.toList();
        String keys = String.format(Locale.ROOT, "%,d keys", options.scaled(1_000_000));
        Stream<Row> alone = Stream.of(
                new Row("page of 1,000 keys of 100,000, 8 clients", () -> range("pagf", PAGE_KEYS, 800)),
                new Row("range of 10,000 keys, 8 clients", () -> range(key("page", LONG_RANGE_KEYS), 0, 200)),
                new Row("watch: events to 1,000 watchers of one key", this::fanout),
                new Row("txn mixed, 80 % reads, 200 clients", this::transactions),
                new Row(
                        String.format(
                                Locale.ROOT,
                                "put during compaction of %,d versions, 16 clients",
                                options.scaled(1_000_000)),
                        this::putWhileCompacting),
                new Row("anonymous memory after " + keys + ", MiB", () -> memory("RssAnon")),
                new Row("resident memory after " + keys + ", MiB", () -> memory("VmRSS")),
                new Row("restart to serving after kill -9, " + keys + ", s", this::restart));
        return Stream.concat(everywhere, alone).toList();
    }

    private Figures putAlone() throws IOException, InterruptedException {
        try (Load one = new Load(servers, servers.leader(), 1, 1)) {
            one.fill(options.scaled(2_000), this::freshPut);
            return one.measure(options.scaled(4_000), this::freshPut);
        }
    }

    private Figures putMany() throws IOException, InterruptedException {
        try (Load many = new Load(servers, -1, 100, 10)) {
            many.fill(options.scaled(60_000), this::freshPut);
            return many.measure(options.scaled(100_000), this::freshPut);
        }
    }

    private Figures gets(boolean serializable) throws IOException, InterruptedException {
        try (Load many = new Load(servers, -1, 100, 10)) {
            fewKeys(many);
            many.fill(options.scaled(100_000), number -> get(number, serializable));
            return many.measure(options.scaled(150_000), number -> get(number, serializable));
        }
    }

    private Figures range(String to, int limit, int count) throws IOException, InterruptedException {
        writePages();
        Load.Call call = new Load.Call(Calls.RANGE, Calls.range("page", to, limit));
        try (Load few = new Load(servers, 0, 8, 1)) {
            few.fill(options.scaled(count / 2), number -> call);
            return few.measure(options.scaled(count), number -> call);
        }
    }

    private Figures fanout() throws IOException, InterruptedException {
        Fanout.measure(servers, 20, 50, options.scaled(32_000));
        return Fanout.measure(servers, 20, 50, options.scaled(8_000));
    }

    private Figures transactions() throws IOException, InterruptedException {
        try (Load many = new Load(servers, 0, 20, 10)) {
            fewKeys(many);
            many.fill(options.scaled(30_000), Rows::mixed);
            return many.measure(options.scaled(50_000), Rows::mixed);
        }
    }

    /** Writes over few keys so that nearly every version is garbage, then compacts while puts go on. */
    private Figures putWhileCompacting() throws IOException, InterruptedException {
        int versions = options.scaled(1_000_000);
        try (Load many = new Load(servers, 0, 20, 10);
                Load probe = new Load(servers, 0, 4, 4)) {
            many.fill(versions, number -> put(key("comp", number % 10_000)));
            long revision = Revisions.current(probe.channels().getFirst());
            AtomicBoolean finished = new AtomicBoolean();
            AtomicReference<@Nullable RuntimeException> failure = new AtomicReference<>(null);
            Thread compaction = Thread.ofPlatform().start(() -> {
                try {
                    Revisions.compact(probe.channels().getFirst(), revision);
                } catch (RuntimeException e) {
                    failure.set(e);
                } finally {
                    finished.set(true);
                }
            });
            AtomicInteger probes = new AtomicInteger();
            Figures figures = probe.run(2_000_000, () -> finished.get() && probes.get() >= PROBES_AT_LEAST, number -> {
                probes.incrementAndGet();
                return put(key("comp", number % 10_000));
            });
            compaction.join();
            if (failure.get() != null) throw failure.get();
            return figures;
        }
    }

    private Figures memory(String field) throws IOException, InterruptedException {
        fillMemory();
        return Figures.single(servers.residentBytes(field) / 1048576.0);
    }

    private Figures restart() throws IOException, InterruptedException {
        fillMemory();
        return Figures.single(servers.crashAndRestart());
    }

    private void fewKeys(Load load) throws IOException, InterruptedException {
        load.fill(FEW_KEYS, number -> put(key("k", number)));
    }

    private void writePages() throws IOException, InterruptedException {
        if (pagesWritten) return;
        try (Load many = new Load(servers, 0, 8, 8)) {
            many.fill(PAGE_PREFIX_KEYS, number -> put(key("page", number)));
        }
        pagesWritten = true;
    }

    private void fillMemory() throws IOException, InterruptedException {
        if (memoryFilled) return;
        try (Load many = new Load(servers, 0, 20, 10)) {
            many.fill(options.scaled(1_000_000), number -> put(key("mem", number)));
        }
        memoryFilled = true;
    }

    /** A key that was never there before: numbering goes on over warm-up and measurement. */
    private synchronized Load.Call freshPut(int number) {
        return put(key("new", fresh++));
    }

    private static Load.Call put(String key) {
        return new Load.Call(Calls.PUT, Calls.put(key));
    }

    private static Load.Call get(int number, boolean serializable) {
        return new Load.Call(Calls.RANGE, Calls.get(key("k", scatter(number) % FEW_KEYS), serializable));
    }

    private static Load.Call mixed(int number) {
        String key = key("k", scatter(number) % FEW_KEYS);
        return number % 5 == 0
                ? new Load.Call(Calls.TXN, Calls.txn(key))
                : new Load.Call(Calls.RANGE, Calls.get(key, false));
    }

    private static int scatter(int number) {
        return new SplittableRandom(number).nextInt(Integer.MAX_VALUE);
    }

    private static String key(String prefix, int number) {
        return String.format(Locale.ROOT, "%s%07d", prefix, number);
    }
}
