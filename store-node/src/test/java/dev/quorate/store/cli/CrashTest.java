package dev.quorate.store.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import dev.quorate.store.FreePorts;
import io.grpc.StatusRuntimeException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
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

    private final TestWriters writers = new TestWriters("w", 1_000);

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
        for (TestProcess member : members) member.close();
        writers.stop();
    }

    private void write() {
        writers.begin(members);
        writers.begin(members.reversed());
    }

    @Test
    void theLeaderDiesAndThenTheQuorum() throws Exception {
        write();
        writers.await(WRITES_BETWEEN);
        TestProcess leader =
                members.stream().filter(TestProcess::leads).findFirst().orElseThrow();
        leader.kill();
        long killed = System.nanoTime();
        writers.await(1);
        long resumedMillis = (System.nanoTime() - killed) / 1_000_000;
        assertThat(resumedMillis).isLessThan(RESUME_MILLIS);
        writers.await(WRITES_BETWEEN);
        writers.stop();

        List<TestProcess> living = new ArrayList<>(members);
        living.remove(leader);
        writers.checkNothingIsLost(living.getFirst());
        living.getFirst().kill();
        TestProcess last = living.getLast();
        CompletableFuture<Void> write = CompletableFuture.runAsync(() -> last.put("w", "w", 15_000));
        assertThatThrownBy(() -> last.range("w", "x", false, 15_000))
                .isInstanceOf(StatusRuntimeException.class)
                .hasMessageContaining("etcdserver: ");
        assertThatThrownBy(write::join).hasMessageContaining("etcdserver: request timed out");
        assertThat(last.range("w", "x", true, 9_000).getKvsList())
                .extracting(kv -> kv.getKey())
                .contains(ByteString.copyFromUtf8(writers.anyAcknowledged()));

        leader.start();
        living.getFirst().start();
        leader.awaitReady();
        living.getFirst().awaitReady();
        for (TestProcess member : members) writers.checkNothingIsLost(member);
    }

    @Test
    void allDieAtOnceUnderLoad() throws Exception {
        int kills = Integer.getInteger("kills", KILLS);
        for (int i = 0; i < kills; i++) {
            write();
            writers.await(WRITES_BETWEEN);
            for (TestProcess member : members) member.kill();
            writers.stop();
            for (TestProcess member : members) member.start();
            for (TestProcess member : members) member.awaitReady();
            for (TestProcess member : members) writers.checkNothingIsLost(member);
        }
    }
}
