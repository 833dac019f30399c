package dev.quorate.store.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import dev.quorate.store.FreePorts;
import io.grpc.StatusRuntimeException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Three real processes; one is so far behind that it needs the whole state, and both ends are killed on the way. */
class SnapshotStreamTest {
    private static final long CALL_MILLIS = 10_000;
    private static final int KEYS = 400;
    private static final String VALUE = "v".repeat(500_000);

    @TempDir
    Path folder;

    private final List<TestProcess> members = new ArrayList<>();

    @AfterEach
    void end() throws Exception {
        for (TestProcess member : members) member.close();
    }

    @Test
    void whoeverIsKilledOnTheWayTheStateArrives() throws Exception {
        start();
        TestProcess late =
                members.stream().filter(one -> !one.leads()).findFirst().orElseThrow();
        Path incoming =
                folder.resolve("" + (char) ('a' + members.indexOf(late))).resolve("member/vlog.incoming");
        late.put("first", "v", CALL_MILLIS);
        late.kill();
        TestProcess other =
                members.stream().filter(one -> one != late).findFirst().orElseThrow();
        for (int i = 0; i < KEYS; i++) other.put("k%04d".formatted(i), VALUE, CALL_MILLIS);

        late.start();
        await(() -> bytes(incoming) > 20_000_000);
        late.kill();
        long left = bytes(incoming);
        assertThat(left).as("what has come outlives a crash").isGreaterThan(20_000_000);

        late.start();
        await(() -> bytes(incoming) > left + 20_000_000);
        TestProcess leader = members.stream()
                .filter(one -> one != late && one.leads())
                .findFirst()
                .orElseThrow();
        leader.kill();
        leader.start();
        await(() -> has(late, "k%04d".formatted(KEYS - 1)));
        for (int i = 0; i < KEYS; i += 40)
            assertThat(has(late, "k%04d".formatted(i))).isTrue();
        await(() -> bytes(incoming) == 0);
        late.awaitReady();
        late.put("again", "v", CALL_MILLIS);
    }

    private void start() throws Exception {
        List<Integer> ports = FreePorts.take(6);
        String cluster = "a=http://127.0.0.1:%d,b=http://127.0.0.1:%d,c=http://127.0.0.1:%d"
                .formatted(ports.subList(0, 3).toArray());
        for (int i = 0; i < 3; i++)
            members.add(new TestProcess(
                    "" + (char) ('a' + i),
                    ports.get(i),
                    ports.get(3 + i),
                    folder,
                    cluster,
                    "--snapshot-count=50",
                    "--snapshot-catchup-entries=10",
                    "--silent-member-log-retention=0s"));
        for (TestProcess member : members) member.start();
        for (TestProcess member : members) member.awaitReady();
    }

    private static boolean has(TestProcess member, String key) {
        try {
            return member.range(key, "", true, CALL_MILLIS).getKvsCount() == 1;
        } catch (StatusRuntimeException starting) {
            return false;
        }
    }

    private static long bytes(Path folder) {
        try (Stream<Path> files = Files.list(folder)) {
            return files.mapToLong(file -> file.toFile().length()).sum();
        } catch (IOException gone) {
            return 0;
        }
    }

    private static void await(BooleanSupplier condition) {
        long due = System.nanoTime() + TimeUnit.SECONDS.toNanos(90);
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() > due) fail("waited too long");
            LockSupport.parkNanos(5_000_000);
        }
    }
}
