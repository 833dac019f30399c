package dev.quorate.store.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.quorate.proto.etcdserverpb.RangeResponse;
import io.grpc.StatusRuntimeException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ConcurrentSkipListSet;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;

/** Clients that put a new key each time and remember which were acknowledged. */
final class TestWriters {
    private final String letter;
    private final long patienceMillis;
    private final ConcurrentSkipListSet<String> acknowledged = new ConcurrentSkipListSet<>();
    private final Queue<StatusRuntimeException> failures = new ConcurrentLinkedQueue<>();
    private final AtomicReference<CountDownLatch> awaited = new AtomicReference<>(new CountDownLatch(0));
    private final AtomicBoolean writing = new AtomicBoolean(true);
    private final AtomicInteger number = new AtomicInteger();
    private final AtomicLong lastNanos = new AtomicLong();
    private final AtomicLong longestGapNanos = new AtomicLong();
    private final List<Thread> threads = new ArrayList<>();

    /**
     * Their keys begin with a letter of their own.
     *
     * @param patienceMillis nobody waits longer for an answer
     */
    TestWriters(String letter, long patienceMillis) {
        this.letter = letter;
        this.patienceMillis = patienceMillis;
    }

    /** One client that asks these in turn. */
    void begin(List<TestProcess> members) {
        threads.add(Thread.ofVirtual().start(() -> {
            for (int turn = 0; writing.get(); turn++) write(members.get(turn % members.size()));
        }));
    }

    /** One client that asks this one as long as it is answered. */
    void beginUntilRefused(TestProcess member) {
        threads.add(Thread.ofVirtual().start(() -> {
            while (writing.get() && write(member)) awaited.get();
        }));
    }

    private boolean write(TestProcess to) {
        String key = "%s%06d".formatted(letter, number.incrementAndGet());
        try {
            to.put(key, key, patienceMillis);
            acknowledged.add(key);
            long now = System.nanoTime();
            long gap = now - lastNanos.getAndSet(now);
            longestGapNanos.accumulateAndGet(gap, Math::max);
            awaited.get().countDown();
            return true;
        } catch (StatusRuntimeException unknown) {
            // It may have happened or not: only what was acknowledged must be there.
            failures.add(unknown);
            return false;
        }
    }

    void await(int more) throws InterruptedException {
        CountDownLatch enough = new CountDownLatch(more);
        awaited.set(enough);
        enough.await();
    }

    void stop() throws InterruptedException {
        writing.set(false);
        for (Thread thread : threads) thread.join();
        threads.clear();
        writing.set(true);
    }

    /** The gaps between answers count from now on. */
    void forgetGaps() {
        lastNanos.set(System.nanoTime());
        longestGapNanos.set(0);
    }

    long longestGapMillis() {
        return longestGapNanos.get() / 1_000_000;
    }

    List<StatusRuntimeException> failures() {
        return List.copyOf(failures);
    }

    String anyAcknowledged() {
        return acknowledged.first();
    }

    void checkNothingIsLost(TestProcess at) {
        RangeResponse all = at.range(letter, letter + "~", false, 30_000);
        Set<String> there = new HashSet<>();
        all.getKvsList().forEach(kv -> there.add(kv.getKey().toStringUtf8()));
        assertThat(there).containsAll(acknowledged);
        assertThat(all.getKvsList()).allMatch(kv -> kv.getValue().equals(kv.getKey()));
    }
}
