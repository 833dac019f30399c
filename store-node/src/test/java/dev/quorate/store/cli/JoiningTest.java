package dev.quorate.store.cli;

import static dev.quorate.store.cli.TestMember.await;
import static org.assertj.core.api.Assertions.assertThat;

import dev.quorate.store.Bytes;
import dev.quorate.store.FreePorts;
import dev.quorate.store.datadir.Identity;
import dev.quorate.store.node.LocalStatus;
import dev.quorate.store.node.NodeConfig;
import dev.quorate.store.peer.JoinClient;
import dev.quorate.store.peer.PeerHost;
import dev.quorate.store.peer.PeerHost.JoinAnswer;
import dev.quorate.store.state.Member;
import dev.quorate.store.state.Op;
import dev.quorate.store.state.Outcome;
import dev.quorate.store.state.Refusal;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedSet;
import java.util.concurrent.ConcurrentSkipListSet;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Processes that wait, are bootstrapped, added, promoted, removed, and lose or mix up their disks. */
class JoiningTest {
    @TempDir
    Path folder;

    private int port;
    private boolean strict = true;
    private final List<TestMember> members = new ArrayList<>();

    @BeforeEach
    void begin() throws IOException {
        port = FreePorts.take(1).getFirst();
    }

    @AfterEach
    void end() {
        members.forEach(TestMember::close);
    }

    /** Each member has an address of its own and the same port, as pods behind one service name do. */
    private TestMember waiting(int ordinal) throws Exception {
        return waiting("m" + ordinal, ordinal, folder.resolve("disk" + ordinal));
    }

    private TestMember waiting(String name, int ordinal, Path disk) throws Exception {
        String peerUrl = url(ordinal);
        TestMember member = new TestMember(List.of(
                "--name=" + name,
                "--data-dir=" + disk,
                "--listen-peer-urls=" + peerUrl,
                "--initial-advertise-peer-urls=" + peerUrl,
                "--join=127.0.0.1:" + port,
                "--snapshot-count=50",
                "--snapshot-catchup-entries=10",
                "--silent-member-log-retention=0s",
                "--max-learners=3",
                "--strict-reconfig-check=" + strict,
                "--unsafe-no-fsync"));
        members.add(member);
        return member;
    }

    private String url(int ordinal) {
        return "http://127.0.0." + (1 + ordinal) + ":" + port;
    }

    private static LocalStatus.State state(TestMember member) {
        return member.process.localStatus().state();
    }

    private static void started(TestMember member) {
        await("the member runs", () -> state(member) == LocalStatus.State.RUNNING);
        await(
                "its name is known",
                () -> member.node()
                        .state()
                        .members()
                        .get(member.node().identity().memberId())
                        .filter(own -> !own.name().isEmpty())
                        .isPresent());
    }

    private TestMember bootstrapped() throws Exception {
        TestMember seed = waiting(0);
        assertThat(state(seed)).isEqualTo(LocalStatus.State.UNINITIALISED);
        assertThat(seed.process.node()).isEmpty();
        var birth = seed.process.bootstrap("token", "m0", List.of()).get();
        assertThat(birth.refusal()).isEmpty();
        assertThat(seed.process.bootstrap("token", "m0", List.of()).get()).isEqualTo(birth);
        assertThat(seed.process.bootstrap("other", "m0", List.of()).get().refusal())
                .contains("already has data");
        started(seed);
        return seed;
    }

    private long added(TestMember by, int ordinal) throws Exception {
        String url = url(ordinal);
        Outcome outcome = by.node().calls().addMember(List.of(url), true).get();
        assertThat(outcome).isInstanceOf(Outcome.MembersChanged.class);
        return by.node().state().members().all().stream()
                .filter(member -> member.peerUrls().contains(url))
                .map(Member::id)
                .findFirst()
                .orElseThrow();
    }

    /** As a learner. */
    private TestMember joined(TestMember seed) throws Exception {
        TestMember second = waiting(1);
        added(seed, 1);
        started(second);
        return second;
    }

    /** Both as learners. */
    private List<Long> joined(TestMember seed, TestMember second, TestMember third) throws Exception {
        List<Long> ids = List.of(added(seed, 1), added(seed, 2));
        started(second);
        started(third);
        return ids;
    }

    private static void promoted(TestMember by, Long... ids) {
        await("promotion", () -> {
            try {
                Outcome outcome = by.node().calls().promoteMembers(List.of(ids)).get();
                if (outcome instanceof Outcome.MembersChanged) return true;
                assertThat(outcome).isEqualTo(new Outcome.Refused(Refusal.LEARNER_NOT_READY));
                return false;
            } catch (InterruptedException | ExecutionException failure) {
                throw new AssertionError(failure);
            }
        });
    }

    @Test
    void oneBecomesThreeWithoutEverBeingTwo() throws Exception {
        TestMember seed = bootstrapped();
        for (int i = 0; i < 200; i++) seed.put("k" + i, "v" + i); // more than the log keeps: they need the state
        TestMember second = waiting(1);
        TestMember third = waiting(2);
        List<Long> ids = joined(seed, second, third);
        await(
                "the second to know that it is a learner",
                () -> second.node().status().learner());
        promoted(seed, ids.toArray(Long[]::new));
        assertThat(third.put("late", "x")).isInstanceOf(Outcome.PutDone.class);
        assertThat(second.get("late")).isEqualTo("x");
        assertThat(second.get("k199")).isEqualTo("v199");
        assertThat(seed.node().raft().voters()).hasSize(3);

        TestMember.removed(third, ids.getFirst());
        await("the removed member hears of it", () -> state(second) == LocalStatus.State.REMOVED);
        assertThat(second.process.localStatus().message())
                .isEqualTo("the member has been permanently removed from the cluster");
        assertThat(seed.put("after", "y")).isInstanceOf(Outcome.PutDone.class);
        for (TestMember member : members) assertThat(member.death.get()).isNull();
    }

    @Test
    void pairsComeAndGoWhileOthersWriteAndNobodyEverSeesAnEvenNumber() throws Exception {
        TestMember seed = bootstrapped();
        AtomicBoolean enough = new AtomicBoolean();
        SortedSet<Integer> voters = new ConcurrentSkipListSet<>();
        List<String> acknowledged = new ArrayList<>();
        Thread writing = Thread.ofVirtual().start(() -> {
            for (int i = 0; !enough.get(); i++) {
                String key = "k" + i;
                Outcome outcome = seed.node()
                        .propose(Op.Put.of(Bytes.utf8(key), Bytes.utf8(key)))
                        .orTimeout(20, TimeUnit.SECONDS)
                        .join();
                if (outcome instanceof Outcome.PutDone) acknowledged.add(key);
                voters.add(seed.node().raft().voters().size());
            }
        });
        List<Long> first = joined(seed, waiting(1), waiting(2));
        promoted(seed, first.toArray(Long[]::new));
        TestMember fourth = waiting(3);
        TestMember fifth = waiting(4);
        await("they count as healthy", () -> isAdded(seed, 3) && isAdded(seed, 4));
        started(fourth);
        started(fifth);
        promoted(
                seed,
                fourth.node().identity().memberId(),
                fifth.node().identity().memberId());
        TestMember.removed(seed, first.toArray(Long[]::new));
        await("there are three", () -> fifth.node().raft().voters().size() == 3);
        enough.set(true);
        writing.join();

        assertThat(voters).containsExactly(1, 3, 5);
        assertThat(acknowledged).hasSizeGreaterThan(100);
        assertThat(fifth.put("last", "v")).isInstanceOf(Outcome.PutDone.class);
        for (String key : acknowledged) assertThat(fifth.local(key)).isEqualTo(key);
    }

    private boolean isAdded(TestMember by, int ordinal) {
        String url = url(ordinal);
        if (by.node().state().members().all().stream()
                .anyMatch(member -> member.peerUrls().contains(url))) return true;
        return by.node().calls().addMember(List.of(url), true).join() instanceof Outcome.MembersChanged;
    }

    /** Else two would be needed for everything, and one of them has next to nothing. */
    @Test
    void aLearnerThatIsFarBehindIsNotPromoted() throws Exception {
        TestMember seed = bootstrapped();
        TestMember second = joined(seed);
        long id = second.node().identity().memberId();
        second.close();
        for (int i = 0; i < 200; i++) seed.put("k" + i, "v" + i);
        assertThat(seed.node().calls().promoteMembers(List.of(id)).get())
                .isEqualTo(new Outcome.Refused(Refusal.LEARNER_NOT_READY));
        assertThat(seed.put("still", "alone")).isInstanceOf(Outcome.PutDone.class);

        TestMember back = waiting(1);
        promoted(seed, id);
        await("there are two voters", () -> seed.node().raft().voters().size() == 2);
        assertThat(back.get("k199")).isEqualTo("v199");
    }

    /** Only that one's calls tell it where to answer, and a leader sends nothing to those who do not answer. */
    @Test
    void whoWasAwayAnswersALeaderThatJoinedMeanwhile() throws Exception {
        strict = false; // else nobody may join while one of three is away
        TestMember seed = bootstrapped();
        TestMember second = waiting(1);
        TestMember third = waiting(2);
        promoted(seed, joined(seed, second, third).toArray(Long[]::new));
        assertThat(third.put("k", "v")).isInstanceOf(Outcome.PutDone.class);
        third.close();
        TestMember fourth = waiting(3);
        long newest = added(seed, 3);
        started(fourth);
        promoted(seed, newest);
        await("the newest leads", () -> {
            for (TestMember one : List.of(seed, second))
                if (one.node().status().leads())
                    one.node().calls().moveLeader(newest).join();
            return fourth.node().raft().leader() == newest;
        });
        assertThat(fourth.put("late", "x")).isInstanceOf(Outcome.PutDone.class);

        TestMember back = waiting(2);

        await("it has what was written meanwhile", () -> back.local("late").equals("x"));
        assertThat(back.node().raft().leader()).isEqualTo(newest);
    }

    @Test
    void threeBecomeOneAtOnce() throws Exception {
        TestMember seed = bootstrapped();
        TestMember second = waiting(1);
        TestMember third = waiting(2);
        List<Long> ids = joined(seed, second, third);
        promoted(seed, ids.toArray(Long[]::new));
        assertThat(seed.put("before", "x")).isInstanceOf(Outcome.PutDone.class);

        Outcome removed = seed.node().calls().removeMembers(ids).get();
        assertThat(removed).isInstanceOf(Outcome.MembersChanged.class);
        for (TestMember gone : List.of(second, third))
            await("the removed members hear of it", () -> state(gone) == LocalStatus.State.REMOVED);
        assertThat(seed.put("after", "y")).isInstanceOf(Outcome.PutDone.class);
        assertThat(seed.get("before")).isEqualTo("x");
        assertThat(seed.node().raft().outgoing()).isEmpty();
        assertThat(seed.node().raft().voters()).hasSize(1);
    }

    /** It has nothing to say by itself, and the leader talks to it no more. */
    @Test
    void aRemovedLearnerHearsOfIt() throws Exception {
        TestMember seed = bootstrapped();
        TestMember second = waiting(1);
        long secondId = added(seed, 1);
        started(second);
        seed.node().calls().removeMembers(List.of(secondId)).get();
        await("the removed learner hears of it", () -> state(second) == LocalStatus.State.REMOVED);
    }

    /** Whoever is asked; and who did not get the answer may ask somebody else. */
    @Test
    void theFirstDiskThatAsksIsLetInAndNoOther() throws Exception {
        TestMember seed = bootstrapped();
        var _ = joined(seed);
        added(seed, 2);
        try (JoinClient client = new JoinClient(new NodeConfig.Tls("", "", "", false, "", ""))) {
            assertThat(asked(client, 1, "")).isEqualTo(JoinAnswer.Verdict.UNKNOWN);
            assertThat(asked(client, 1, "one disk")).isEqualTo(JoinAnswer.Verdict.START);
            assertThat(asked(client, 0, "one disk")).isEqualTo(JoinAnswer.Verdict.START);
            assertThat(asked(client, 0, "another")).isEqualTo(JoinAnswer.Verdict.STARTED_BEFORE);
            assertThat(asked(client, 1, "another")).isEqualTo(JoinAnswer.Verdict.STARTED_BEFORE);
        }
    }

    private JoinAnswer.Verdict asked(JoinClient client, int ordinal, String dataNonce) {
        String third = url(2);
        var question = new PeerHost.JoinQuestion(List.of(third), "m2", dataNonce, 0);
        return client.ask(JoinClient.Door.of(url(ordinal)), question, 8_000).verdict();
    }

    @Test
    void aDiskThatIsNotTheMembersIsFoundOut() throws Exception {
        TestMember seed = bootstrapped();
        TestMember second = joined(seed);
        second.close();

        TestMember emptied = waiting("m1", 1, folder.resolve("new-disk"));
        await("the lost disk is noticed", () -> state(emptied) == LocalStatus.State.DATA_LOST);
        emptied.close();

        TestMember mixedUp = waiting("m7", 1, folder.resolve("disk1"));
        assertThat(state(mixedUp)).isEqualTo(LocalStatus.State.WRONG_VOLUME);
        mixedUp.close();

        Path own = folder.resolve("disk1/identity.json");
        byte[] identity = Files.readAllBytes(own);
        Identity first = Identity.read(folder.resolve("disk0")).orElseThrow();
        new Identity(first.clusterId(), first.memberId(), "m1", first.origin(), first.era(), first.peers())
                .write(folder.resolve("disk1"));
        TestMember copied = waiting(1);
        assertThat(state(copied)).isEqualTo(LocalStatus.State.WRONG_VOLUME);
        assertThat(copied.process.localStatus().message()).contains("the log beside it is of member");
        copied.close();
        Files.write(own, identity);

        TestMember again = waiting(1);
        started(again);
        assertThat(again.process.localStatus().message()).isEmpty();
    }
}
