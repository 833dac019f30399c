package dev.quorate.e2e.bench;

import dev.quorate.e2e.process.MemberProcesses;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/** The rows of the table: what is done to one running cluster, in order, and what is read off. */
final class Rows {
    private static final int PAGE_PREFIX_KEYS = 100_000;
    private static final int PAGE_KEYS = 1_000;
    private static final int LONG_RANGE_KEYS = 10_000;

    private final MemberProcesses servers;
    private final double scale;
    private final Map<String, Figures> figures = new LinkedHashMap<>();

    /** A scale of 1 is the full load; smaller for a quick look. */
    Rows(MemberProcesses servers, double scale) {
        this.servers = servers;
        this.scale = scale;
    }

    Map<String, Figures> all() throws IOException, InterruptedException {
        String suffix = ", " + servers.memberCount() + (servers.memberCount() == 1 ? " member" : " members");
        puts(suffix);
        gets(suffix);
        if (servers.memberCount() == 1) {
            ranges();
            figures.put("watch: 1,000 watchers of one key", fanout());
            transactions();
            compaction();
            memory();
        }
        return figures;
    }

    private void puts(String suffix) throws IOException, InterruptedException {
        int leader = servers.leader();
        try (Load one = new Load(servers, leader, 1, 1);
                Load many = new Load(servers, -1, 100, 10)) {
            one.run(scaled(1_000), Rows::freshPut);
            figures.put("put, 1 client" + suffix, one.run(scaled(2_000), Rows::freshPut));
            many.run(scaled(60_000), Rows::freshPut);
            figures.put("put, 1,000 clients" + suffix, many.run(scaled(100_000), Rows::freshPut));
        }
    }

    private void gets(String suffix) throws IOException, InterruptedException {
        try (Load many = new Load(servers, -1, 100, 10)) {
            for (boolean serializable : new boolean[] {true, false}) {
                String name = (serializable ? "serializable" : "linearizable") + " get, 1,000 clients" + suffix;
                many.run(scaled(60_000), number -> get(number, serializable));
                figures.put(name, many.run(scaled(100_000), number -> get(number, serializable)));
            }
        }
    }

    private void ranges() throws IOException, InterruptedException {
        try (Load many = new Load(servers, 0, 8, 8);
                Load few = new Load(servers, 0, 8, 1)) {
            many.run(PAGE_PREFIX_KEYS, number -> put(key("page", number)));
            byte[] page = Calls.range("page", "pagf", PAGE_KEYS);
            few.run(scaled(400), number -> new Load.Call(Calls.RANGE, page));
            figures.put(
                    "page of 1,000 keys of 100,000, 8 clients",
                    few.run(scaled(800), number -> new Load.Call(Calls.RANGE, page)));
            byte[] whole = Calls.range("page", key("page", LONG_RANGE_KEYS), 0);
            few.run(scaled(100), number -> new Load.Call(Calls.RANGE, whole));
            figures.put(
                    "range of 10,000 keys, 8 clients",
                    few.run(scaled(200), number -> new Load.Call(Calls.RANGE, whole)));
        }
    }

    private Figures fanout() throws IOException, InterruptedException {
        Fanout.measure(servers, 20, 50, scaled(300));
        return Fanout.measure(servers, 20, 50, scaled(1_000));
    }

    private void transactions() throws IOException, InterruptedException {
        try (Load many = new Load(servers, 0, 20, 10)) {
            many.run(scaled(20_000), Rows::mixed);
            figures.put("txn mixed, 80 % reads, 200 clients", many.run(scaled(50_000), Rows::mixed));
        }
    }

    /** Writes over few keys so that nearly every version is garbage, then compacts while puts go on. */
    private void compaction() throws IOException, InterruptedException {
        int versions = scaled(1_000_000);
        try (Load many = new Load(servers, 0, 20, 10);
                Load probe = new Load(servers, 0, 4, 4)) {
            many.run(versions, number -> put(key("comp", number % 10_000)));
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
            figures.put(
                    "put during compaction of 1 M versions, 16 clients",
                    probe.run(scaled(20_000), number -> put(key("comp", number % 10_000))));
            compaction.join();
            if (failure.get() != null) throw failure.get();
        }
    }

    private void memory() throws IOException, InterruptedException {
        int keys = scaled(1_000_000);
        try (Load many = new Load(servers, 0, 20, 10)) {
            many.run(keys, number -> put(key("mem", number)));
        }
        figures.put(
                "anonymous memory after 1 M keys, MiB", Figures.single(servers.residentBytes("RssAnon") / 1048576.0));
        figures.put("resident memory after 1 M keys, MiB", Figures.single(servers.residentBytes("VmRSS") / 1048576.0));
        figures.put("restart to serving after kill -9, 1 M keys, s", Figures.single(servers.crashAndRestart()));
    }

    private static Load.Call freshPut(int number) {
        return put(key("k", number));
    }

    private static Load.Call put(String key) {
        return new Load.Call(Calls.PUT, Calls.put(key));
    }

    private static Load.Call get(int number, boolean serializable) {
        return new Load.Call(Calls.RANGE, Calls.get(key("k", scatter(number) % 1_000), serializable));
    }

    private static Load.Call mixed(int number) {
        String key = key("k", scatter(number) % 1_000);
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

    private int scaled(int count) {
        return Math.max(50, (int) (count * scale));
    }
}
