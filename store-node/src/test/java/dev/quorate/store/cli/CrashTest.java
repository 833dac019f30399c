package dev.quorate.store.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import dev.quorate.proto.etcdserverpb.RangeResponse;
import io.grpc.StatusRuntimeException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentSkipListSet;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Three real processes and kill -9: {@code -Dkills=20} kills all of them that many times. */
class CrashTest {
    private static final long RESUME_MILLIS = 3_000;
    private static final int KILLS = 1;
    private static final int WRITES_BETWEEN = 100;

    @TempDir
    Path folder;

    private final List<TestProcess> members = new ArrayList<>();

    private final ConcurrentSkipListSet<String> acknowledged = new ConcurrentSkipListSet<>();
    private final AtomicReference<CountDownLatch> awaited = new AtomicReference<>(new CountDownLatch(0));

    private final AtomicBoolean writing = new AtomicBoolean(true);
    private final AtomicInteger number = new AtomicInteger();
    private final List<Thread> writers = new ArrayList<>();

    @BeforeEach
    void start() throws Exception {
        List<Integer> ports = FreePorts.take(6);
        String cluster = "a=http://127.0.0.1:%d,b=http://127.0.0.1:%d,c=http://127.0.0.1:%d"
                .formatted(ports.subList(0, 3).toArray());
        for (int i = 0; i < 3; i++) {
            String name = "" + (char) ('a' + i);
            members.add(new TestProcess(name, ports.get(i), ports.get(3 + i), folder, cluster));
        }
        for (TestProcess member : members) member.start();
        for (TestProcess member : members) member.awaitReady();
    }

    @AfterEach
    void end() throws Exception {
        writing.set(false);
        for (TestProcess member : members) member.close();
        for (Thread writer : writers) writer.join();
    }

    private void write() {
        for (int i = 0; i < 2; i++) {
            int first = i;
            writers.add(Thread.ofVirtual().start(() -> {
                for (int turn = first; writing.get(); turn++) writeOne(turn);
            }));
        }
    }

    private void writeOne(int turn) {
        String key = "w%06d".formatted(number.incrementAndGet());
        try {
            members.get(turn % members.size()).put(key, key, 1_000);
            acknowledged.add(key);
            awaited.get().countDown();
        } catch (StatusRuntimeException unknown) {
            // It may have happened or not: only what was acknowledged must be there.
        }
    }

    private void awaitWrites(int more) throws InterruptedException {
        CountDownLatch enough = new CountDownLatch(more);
        awaited.set(enough);
        enough.await();
    }

    private void stopWriting() throws InterruptedException {
        writing.set(false);
        for (Thread writer : writers) writer.join();
        writers.clear();
        writing.set(true);
    }

    private void checkNothingIsLost(TestProcess at) {
        RangeResponse all = at.range("w", "x", false, 30_000);
        Set<String> there = new HashSet<>();
        all.getKvsList().forEach(kv -> there.add(kv.getKey().toStringUtf8()));
        assertThat(there).containsAll(acknowledged);
        assertThat(all.getKvsList()).allMatch(kv -> kv.getValue().equals(kv.getKey()));
    }

    @Test
    void theLeaderDiesAndThenTheQuorum() throws Exception {
        write();
        awaitWrites(WRITES_BETWEEN);
        TestProcess leader =
                members.stream().filter(TestProcess::leads).findFirst().orElseThrow();
        leader.kill();
        long killed = System.nanoTime();
        awaitWrites(1);
        long resumedMillis = (System.nanoTime() - killed) / 1_000_000;
        assertThat(resumedMillis).isLessThan(RESUME_MILLIS);
        awaitWrites(WRITES_BETWEEN);
        stopWriting();

        List<TestProcess> living = new ArrayList<>(members);
        living.remove(leader);
        checkNothingIsLost(living.getFirst());
        living.getFirst().kill();
        TestProcess last = living.getLast();
        CompletableFuture<Void> write = CompletableFuture.runAsync(() -> last.put("w", "w", 15_000));
        assertThatThrownBy(() -> last.range("w", "x", false, 15_000))
                .isInstanceOf(StatusRuntimeException.class)
                .hasMessageContaining("etcdserver: ");
        assertThatThrownBy(write::join).hasMessageContaining("etcdserver: request timed out");
        assertThat(last.range("w", "x", true, 9_000).getKvsList())
                .extracting(kv -> kv.getKey())
                .contains(ByteString.copyFromUtf8(acknowledged.first()));

        leader.start();
        living.getFirst().start();
        leader.awaitReady();
        living.getFirst().awaitReady();
        for (TestProcess member : members) checkNothingIsLost(member);
    }

    @Test
    void allDieAtOnceUnderLoad() throws Exception {
        int kills = Integer.getInteger("kills", KILLS);
        for (int i = 0; i < kills; i++) {
            write();
            awaitWrites(WRITES_BETWEEN);
            for (TestProcess member : members) member.kill();
            stopWriting();
            for (TestProcess member : members) member.start();
            for (TestProcess member : members) member.awaitReady();
            for (TestProcess member : members) checkNothingIsLost(member);
        }
    }
}
