package dev.quorate.store.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.quorate.store.FreePorts;
import java.net.ConnectException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** SIGTERM to the leader of three real processes under load. */
class StopTest {
    /** So long that on the slowest machine nobody takes an election after a timeout for a hand-over. */
    private static final long ELECTION_MILLIS = 10_000;

    private static final int EXIT_SECONDS = 20;

    /** 128 + SIGTERM, as etcd and any process that does not hide why it ended. */
    private static final int ENDED_BY_TERM = 143;

    private static final int WRITES_BETWEEN = 100;
    private static final int CLIENTS = 20;

    @TempDir
    Path folder;

    private final List<TestProcess> members = new ArrayList<>();
    private final TestWriters others = new TestWriters("o", ELECTION_MILLIS);
    private final TestWriters atTheLeader = new TestWriters("l", ELECTION_MILLIS);

    @AfterEach
    void end() throws Exception {
        for (TestProcess member : members) member.close();
        others.stop();
        atTheLeader.stop();
    }

    private void start() throws Exception {
        List<Integer> ports = FreePorts.take(6);
        String cluster = "a=http://127.0.0.1:%d,b=http://127.0.0.1:%d,c=http://127.0.0.1:%d"
                .formatted(ports.subList(0, 3).toArray());
        for (int i = 0; i < 3; i++) {
            String name = "" + (char) ('a' + i);
            members.add(new TestProcess(
                    name,
                    ports.get(i),
                    ports.get(3 + i),
                    folder,
                    cluster,
                    "--election-timeout=" + ELECTION_MILLIS,
                    "--unsafe-no-fsync"));
        }
        for (TestProcess member : members) member.start();
        for (TestProcess member : members) member.awaitReady();
    }

    @Test
    void theLeaderHandsOverAndEnds() throws Exception {
        start();
        TestProcess leader =
                members.stream().filter(TestProcess::leads).findFirst().orElseThrow();
        List<TestProcess> rest =
                members.stream().filter(member -> member != leader).toList();
        long term = leader.status().getRaftTerm();
        for (TestProcess one : rest) others.begin(List.of(one));
        for (int i = 0; i < CLIENTS; i++) atTheLeader.beginUntilRefused(leader);
        others.await(WRITES_BETWEEN);
        atTheLeader.await(WRITES_BETWEEN);

        others.forgetGaps();
        assertThat(leader.terminate(EXIT_SECONDS)).isEqualTo(ENDED_BY_TERM);
        others.await(WRITES_BETWEEN);
        others.stop();
        atTheLeader.stop();

        assertThat(others.failures()).isEmpty();
        assertThat(others.longestGapMillis()).isLessThan(ELECTION_MILLIS / 2);
        assertThat(atTheLeader.failures())
                .as("whatever it took it answered; the next ones found nobody")
                .hasSize(CLIENTS)
                .allMatch(failure -> failure.getCause() instanceof ConnectException);
        for (TestProcess one : rest) {
            assertThat(one.status().getRaftTerm()).isEqualTo(term + 1);
            others.checkNothingIsLost(one);
            atTheLeader.checkNothingIsLost(one);
        }
        assertThat(rest.stream().filter(TestProcess::leads)).hasSize(1);
    }
}
