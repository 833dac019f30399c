package dev.quorate.store.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.quorate.store.Bytes;
import dev.quorate.store.FreePorts;
import dev.quorate.store.state.Op;
import dev.quorate.store.state.Outcome;
import dev.quorate.store.tls.TestCertificates;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Members in one process over real sockets and real files. */
class MembersTest {
    private static final long SILENCE_MILLIS = 1_000;
    private static final int ROUNDS = Integer.getInteger("rounds", 3);

    @TempDir
    Path folder;

    private final List<List<String>> flags = new ArrayList<>();
    private final List<TestMember> members = new ArrayList<>();

    @AfterEach
    void end() {
        members.forEach(TestMember::close);
    }

    @Test
    void oneMemberServesAndRemembers() throws Exception {
        List<String> own = TestMember.soloFlags(folder);
        try (TestMember member = new TestMember(own)) {
            assertThat(member.put("k", "v")).isEqualTo(new Outcome.PutDone(2, Bytes.EMPTY));
            assertThat(member.get("k")).isEqualTo("v");
            for (int i = 0; i < 100; i++) member.put("n" + i, "x" + i);
        }
        try (TestMember again = new TestMember(own)) {
            assertThat(again.get("k")).isEqualTo("v");
            assertThat(again.get("n99")).isEqualTo("x99");
            assertThat(again.node().status().revision()).isEqualTo(102);
        }
    }

    @Test
    void threeMembersAgree() throws Exception {
        start(3, "http");
        for (int i = 0; i < 30; i++)
            assertThat(members.get(i % 3).put("k" + i, "v" + i)).isInstanceOf(Outcome.PutDone.class);
        for (TestMember member : members) assertThat(member.get("k29")).isEqualTo("v29");
        members.forEach(TestMember::close);
        for (TestMember member : members) assertThat(member.death.get()).isNull();
    }

    /** Members that show each other certificates of one CA. */
    @Test
    void threeMembersTalkOverTls() throws Exception {
        TestCertificates certificates = new TestCertificates(folder);
        start(
                3,
                "https",
                "--peer-cert-file=" + certificates.certificate(),
                "--peer-key-file=" + certificates.key(),
                "--peer-trusted-ca-file=" + certificates.ca(),
                "--peer-client-cert-auth");
        assertThat(members.get(1).put("k", "v")).isInstanceOf(Outcome.PutDone.class);
        for (TestMember member : members) assertThat(member.get("k")).isEqualTo("v");
    }

    /** Its neighbours keep their connections, or what is left of them. */
    @Test
    void aMemberThatWasAwayCatchesUpEveryTime() throws Exception {
        start(3, "http");
        for (int round = 0; round < ROUNDS; round++) {
            int away = round % 3;
            String key = "k" + round;
            assertThat(members.get(away).put(key, "before")).isInstanceOf(Outcome.PutDone.class);
            members.get(away).close();
            assertThat(members.get((away + 1) % 3).put(key, "after")).isInstanceOf(Outcome.PutDone.class);
            TestMember back = new TestMember(flags.get(away));
            members.set(away, back);
            TestMember.await(
                    "round " + round + ": it catches up", () -> back.local(key).equals("after"));
        }
    }

    /** What is written while it gets the whole state is kept for it: else it would need the next whole state, for ever. */
    @Test
    void aMemberThatNeedsTheWholeStateCatchesUpAlthoughWritesGoOn() throws Exception {
        start(
                3,
                "http",
                "--snapshot-count=10",
                "--experimental-snapshot-catchup-entries=5",
                "--silent-member-log-retention=" + SILENCE_MILLIS + "ms");
        members.get(2).close();
        TestMember writer = members.getFirst();
        writer.put("first", "v"); // somebody leads, and begins to miss the member
        writeFor(SILENCE_MILLIS + 500);
        for (int i = 0; i < 300; i++) writer.put("k" + i, "v".repeat(100_000));
        AtomicBoolean enough = new AtomicBoolean();
        Thread writing = Thread.ofPlatform().start(() -> {
            while (!enough.get()) {
                var _ = writer.node()
                        .propose(Op.Put.of(Bytes.utf8("go"), Bytes.utf8("on")))
                        .join();
            }
        });
        try {
            TestMember back = new TestMember(flags.get(2));
            members.set(2, back);
            AtomicInteger close = new AtomicInteger();
            TestMember.await("it is close behind for a while", () -> {
                long lag = writer.node().status().progress().commit() - applied(back);
                return (lag < 20 ? close.incrementAndGet() : close.getAndSet(0)) > 200;
            });
            assertThat(snapshotsReceived(back)).isPositive();
        } finally {
            enough.set(true);
            writing.join();
        }
    }

    @Test
    void aMemberThatWasAwayForAMomentGetsTheLogAndNotTheWholeState() throws Exception {
        start(3, "http", "--snapshot-count=10", "--snapshot-catchup-entries=5");
        members.get(2).close();
        writeFor(2_500); // longer than a leader takes to see that it is not there
        for (int i = 0; i < 300; i++) members.getFirst().put("k" + i, "v");

        TestMember back = new TestMember(flags.get(2));
        members.set(2, back);

        TestMember.await("it catches up", () -> back.local("k299").equals("v"));
        assertThat(snapshotsReceived(back)).isZero();
    }

    /** As an administrator does it: the member stops, the others are told its new address, it starts there. */
    @Test
    void aMemberMovesToAnotherAddressWhileWritesGoOn() throws Exception {
        start(3, "http");
        TestMember writer = members.getFirst();
        writer.put("first", "v");
        int moving = id(1) == writer.node().raft().leader() ? 2 : 1;
        long movingId = id(moving);
        AtomicBoolean enough = new AtomicBoolean();
        Queue<Outcome> failed = new ConcurrentLinkedQueue<>();
        Thread writing = Thread.ofPlatform().start(() -> {
            for (int i = 0; !enough.get(); i++) {
                Op.Put put = Op.Put.of(Bytes.utf8("go"), Bytes.utf8("on" + i));
                Outcome outcome = writer.node().propose(put).join();
                if (!(outcome instanceof Outcome.PutDone)) failed.add(outcome);
            }
        });
        String url = "http://127.0.0.1:" + FreePorts.take(1).getFirst();
        try {
            members.get(moving).close();
            Outcome told = members.get(3 - moving)
                    .node()
                    .calls()
                    .updateMember(movingId, List.of(url))
                    .get(20, TimeUnit.SECONDS);
            assertThat(told).isInstanceOf(Outcome.MembersChanged.class);
            List<String> there = new ArrayList<>(flags.get(moving));
            there.replaceAll(flag -> flag.startsWith("--listen-peer-urls=") ? "--listen-peer-urls=" + url : flag);
            TestMember back = new TestMember(there);
            members.set(moving, back);
            long now = writer.node().status().progress().commit();
            TestMember.await("it hears of what is written there", () -> applied(back) > now);
        } finally {
            enough.set(true);
            writing.join();
        }
        assertThat(failed).isEmpty();
        for (TestMember member : members)
            assertThat(member.node().state().members().peerUrls(movingId)).containsExactly(url);
    }

    private long id(int number) {
        return members.get(number).node().identity().memberId();
    }

    private void writeFor(long millis) throws InterruptedException {
        long end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(millis);
        while (System.nanoTime() < end) members.getFirst().put("meanwhile", "v");
    }

    private static long snapshotsReceived(TestMember member) {
        return member.meters.peers().values().stream()
                .mapToLong(peer -> peer.snapshotsReceived().succeeded())
                .sum();
    }

    private static long applied(TestMember member) {
        return member.process
                .node()
                .map(node -> node.status().progress().applied())
                .orElse(0L);
    }

    private void start(int count, String scheme, String... more) throws IOException {
        List<Integer> ports = FreePorts.take(count);
        List<String> urls = new ArrayList<>();
        for (int i = 0; i < count; i++) urls.add(name(i) + "=" + scheme + "://127.0.0.1:" + ports.get(i));
        for (int i = 0; i < count; i++) {
            List<String> own = TestMember.flags(name(i), ports.get(i), folder, more);
            own.replaceAll(flag -> flag.replace("peer-urls=http:", "peer-urls=" + scheme + ":"));
            own.add("--initial-cluster=" + String.join(",", urls));
            flags.add(own);
            members.add(new TestMember(own));
        }
    }

    private static String name(int number) {
        return "" + (char) ('a' + number);
    }
}
