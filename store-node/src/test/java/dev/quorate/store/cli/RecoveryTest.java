package dev.quorate.store.cli;

import static dev.quorate.store.cli.TestMember.await;
import static org.assertj.core.api.Assertions.assertThat;

import dev.quorate.store.Bytes;
import dev.quorate.store.FreePorts;
import dev.quorate.store.datadir.Identity;
import dev.quorate.store.node.LocalStatus;
import dev.quorate.store.node.LocalStatus.State;
import dev.quorate.store.node.Mailbox;
import dev.quorate.store.node.NodeHost.Birth;
import dev.quorate.store.node.NodeStatus;
import dev.quorate.store.raft.Entry;
import dev.quorate.store.raft.EntryKind;
import dev.quorate.store.state.Op;
import dev.quorate.store.state.Outcome;
import dev.quorate.store.wal.Wal;
import dev.quorate.store.wal.WalOptions;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A cluster that lost its quorum for good goes on with its last member, and those that come back stay out. */
class RecoveryTest {
    @TempDir
    Path folder;

    private final List<List<String>> flags = new ArrayList<>();
    private final List<TestMember> members = new ArrayList<>();

    @BeforeEach
    void begin() throws Exception {
        List<Integer> ports = FreePorts.take(3);
        TreeMap<String, String> urls = new TreeMap<>();
        for (int i = 0; i < 3; i++) urls.put("m" + i, "http://127.0.0.1:" + ports.get(i));
        List<String> listed = new ArrayList<>();
        urls.forEach((name, url) -> listed.add(name + "=" + url));
        for (int i = 0; i < 3; i++)
            flags.add(TestMember.flags("m" + i, ports.get(i), folder, "--initial-cluster=" + String.join(",", listed)));
        for (List<String> own : flags) members.add(new TestMember(own));
        for (int i = 0; i < 20; i++)
            assertThat(members.get(i % 3).put("k" + i, "v" + i)).isInstanceOf(Outcome.PutDone.class);
        for (TestMember member : members) assertThat(member.get("k19")).isEqualTo("v19");
    }

    @AfterEach
    void end() {
        members.forEach(TestMember::close);
    }

    private static LocalStatus status(TestMember member) {
        return member.process.localStatus();
    }

    private static long cluster(TestMember member) {
        return status(member).ownership().identity().orElseThrow().clusterId();
    }

    private static Birth recover(TestMember member, long cluster, long epoch) throws Exception {
        return member.process.recoverAsSingle(cluster, epoch).get();
    }

    private static void alone(TestMember member, long epoch) {
        await("the last member serves", () -> status(member).ready());
        assertThat(member.node().raft().voters()).hasSize(1);
        assertThat(member.node().state().members().all()).hasSize(1);
        assertThat(member.node().identity().epoch()).isEqualTo(epoch);
    }

    private TestMember again(int number) throws Exception {
        TestMember member = new TestMember(flags.get(number));
        members.add(member);
        return member;
    }

    private TestMember withoutTheOthers() {
        members.get(1).close();
        members.get(2).close();
        TestMember last = members.getFirst();
        await("the quorum is lost", () -> !status(last).ready());
        return last;
    }

    @Test
    void theLastMemberGoesOnAndTheOthersStayOut() throws Exception {
        assertThat(recover(members.getFirst(), cluster(members.getFirst()), 2).refusal())
                .isEqualTo("the cluster has a quorum: there is nothing to recover");
        TestMember last = withoutTheOthers();
        long cluster = cluster(last);
        assertThat(recover(last, cluster + 1, 2).refusal()).contains("the data here is of cluster");
        assertThat(recover(last, cluster, 1).refusal()).isEqualTo("epoch 1 is not above this member's own, 1");

        Birth done = recover(last, cluster, 3);
        assertThat(done).isEqualTo(new Birth(cluster, last.node().identity().memberId(), ""));
        alone(last, 3);
        assertThat(last.get("k19")).isEqualTo("v19");
        assertThat(last.put("after", "x")).isInstanceOf(Outcome.PutDone.class);
        assertThat(recover(last, cluster, 3)).isEqualTo(done);
        assertThat(last.death.get()).isNull();

        TestMember late = again(1);
        await("the member of before hears of it", () -> status(late).state() == State.FENCED);
        assertThat(status(late).message()).contains("recovered without this member");
        late.close();
        TestMember still = again(1);
        assertThat(status(still).state()).isEqualTo(State.FENCED);
        assertThat(status(still).ownership().identity().orElseThrow().clusterId())
                .isEqualTo(cluster);
        assertThat(recover(still, cluster, 2).refusal()).contains("fenced this member");
        NodeStatus resting = status(still).node().orElseThrow();
        assertThat(resting.raft().last())
                .as("whoever chooses among survivors asks for it")
                .isGreaterThan(20);
        assertThat(resting.raft().term()).isGreaterThan(1);
        assertThat(resting.raft().lastTerm()).isGreaterThan(1);

        last.close();
        TestMember restarted = again(0);
        alone(restarted, 3);
        assertThat(restarted.get("after")).isEqualTo("x");
    }

    /** It may have been answered: by a leader that is gone, whose word of the commit did not come any more. */
    @Test
    void whatOnlyTheLogHoldsIsKept() throws Exception {
        TestMember last = members.stream()
                .filter(member -> status(member).node().orElseThrow().raft().leader()
                        == member.node().identity().memberId())
                .findFirst()
                .orElseThrow();
        List<Thread> ends = members.stream()
                .filter(member -> member != last)
                .map(member -> Thread.ofVirtual().start(member::close))
                .toList();
        for (Thread end : ends) end.join();
        var unanswered = last.node().propose(Op.Put.of(Bytes.utf8("tail"), Bytes.utf8("kept")));
        await("the quorum is lost", () -> !status(last).ready());
        NodeStatus before = status(last).node().orElseThrow();
        assertThat(before.raft().last()).isGreaterThan(before.progress().commit());
        assertThat(last.local("tail")).isNotEqualTo("kept");
        var renewal = last.node().calls().renewLease(7);
        var change = last.node().calls().addMember(List.of("http://127.0.0.1:1"), true);

        assertThat(recover(last, cluster(last), 2).refusal()).isEmpty();
        assertThat(renewal).as("its stream must not wait for ever").isDone();
        assertThat(change).isDone();
        alone(last, 2);
        assertThat(last.get("tail")).isEqualTo("kept");
        assertThat(last.put("after", "x")).isInstanceOf(Outcome.PutDone.class);
        assertThat(unanswered).isDone();
    }

    /** As a crash leaves it that comes right after the decision, and right before the end. */
    @Test
    void aRecoveryThatWasCutOffIsEndedAtTheNextStart() throws Exception {
        TestMember last = withoutTheOthers();
        last.close();
        Path data = folder.resolve("m0");
        Identity before = Identity.read(data).orElseThrow();
        before.recovering(2).write(data);
        TestMember ended = again(0);
        alone(ended, 2);
        assertThat(ended.get("k19")).isEqualTo("v19");
        ended.close();

        before.recovering(2).write(data);
        TestMember twice = again(0);
        alone(twice, 2);
        assertThat(twice.get("k19")).isEqualTo("v19");
        assertThat(Identity.read(data).orElseThrow().isRecovering()).isFalse();
    }

    /** A torn write: the entries of a new leader are there, the term beside them is not. */
    @Test
    void theEntriesOfTheRemovalsAreOfANewerTermThanAllOthers() throws Exception {
        members.forEach(TestMember::close);
        Path data = folder.resolve("m0");
        WalOptions options = new WalOptions(64 << 20, true, nanos -> {});
        try (Wal wal = Wal.open(data.resolve("member/wal"), options)) {
            long next = wal.recovered().entries().getLast().index() + 1;
            wal.append(0, null, List.of(new Entry(100, next, EntryKind.NORMAL, Bytes.EMPTY)), true);
            assertThat(wal.step(new Mailbox(1))).isTrue();
        }
        Identity.read(data).orElseThrow().recovering(2).write(data);
        TestMember ended = again(0);
        alone(ended, 2);
        ended.close();
        alone(again(0), 2);
    }

    private void awaitTheThirdToHearThatTheSecondRuns() {
        long second = members.get(1).node().identity().memberId();
        await(
                "the third to hear that it runs",
                () -> members.get(2).node().state().members().get(second).stream()
                        .anyMatch(member -> !member.clientUrls().isEmpty()));
    }

    /** It had promised what is gone: with its old id it could make others forget what they were told. */
    @Test
    void aMemberThatLostItsDiskDoesNotBeginAgainUnderItsOldId() throws Exception {
        awaitTheThirdToHearThatTheSecondRuns();
        members.get(1).close();
        TestFolders.delete(folder.resolve("m1"));
        members.getFirst().close();

        TestMember empty = again(1);

        assertThat(status(empty).state()).isEqualTo(State.DATA_LOST);
        assertThat(status(empty).message()).contains("add it again and start it with");
    }

    /** Those who could tell are away, or still open their data, when all start at once. */
    @Test
    void anEmptyDiskOfTheFirstListWaitsForThoseWhoCanTell() throws Exception {
        awaitTheThirdToHearThatTheSecondRuns();
        members.forEach(TestMember::close);
        TestFolders.delete(folder.resolve("m1"));

        TestMember empty = again(1);
        assertThat(status(empty).state()).isEqualTo(State.UNINITIALISED);
        assertThat(status(empty).message()).startsWith("waits for a majority");
        assertThat(empty.process.node()).isEmpty();
        var _ = again(2);

        await("its loss is noticed", () -> status(empty).state() == State.DATA_LOST);
        assertThat(empty.process.node()).isEmpty();
    }

    @Test
    void theFlagOfEtcdTakesTheSameWay() throws Exception {
        members.forEach(TestMember::close);
        List<String> forced = new ArrayList<>(flags.getFirst());
        forced.add("--force-new-cluster");
        TestMember last = new TestMember(forced);
        members.add(last);
        alone(last, 2);
        assertThat(last.get("k19")).isEqualTo("v19");
        TestMember late = again(2);
        await("the member of before hears of it", () -> status(late).state() == State.FENCED);
    }

    @Test
    void aFencedMemberServesNoMore() throws Exception {
        TestMember fenced = members.get(1);
        assertThat(fenced.process.fence(1).get()).contains("epoch 1 is not above this member's own, 1");
        assertThat(fenced.process.node()).isPresent();
        for (int i = 0; i < 2; i++) assertThat(fenced.process.fence(5).get()).isEmpty();
        assertThat(status(fenced).state()).isEqualTo(State.FENCED);
        assertThat(fenced.process.node()).isEmpty();
        assertThat(status(fenced).ownership().fencedBy()).isEqualTo(5);
        assertThat(status(fenced).node().orElseThrow().raft().last()).isPositive();
        assertThat(members.getFirst().put("after", "x")).isInstanceOf(Outcome.PutDone.class);
        fenced.close();

        TestMember restarted = again(1);
        assertThat(status(restarted).state()).isEqualTo(State.FENCED);
        long cluster = cluster(restarted);
        assertThat(recover(restarted, cluster, 5).refusal()).contains("fenced this member, 5");
        assertThat(recover(restarted, cluster, 6).refusal()).isEmpty();
        await("the fence is left behind", () -> status(restarted).ready());
    }

    @Test
    void aProcessThatWaitsCanBeFencedAndHasNothingToRecover() throws Exception {
        int port = FreePorts.take(1).getFirst();
        List<String> own = TestMember.flags("w", port, folder, "--join=127.0.0.1:" + port);
        TestMember waiting = new TestMember(own);
        members.add(waiting);
        assertThat(status(waiting).state()).isEqualTo(State.UNINITIALISED);
        assertThat(recover(waiting, 7, 2).refusal()).contains("no data to recover");
        assertThat(waiting.process.fence(2).get()).isEmpty();
        assertThat(waiting.process.bootstrap("t", "w", List.of()).get().refusal())
                .contains("fenced");
        waiting.close();
        assertThat(Files.exists(folder.resolve("w/fence.json"))).isTrue();
        TestMember again = new TestMember(own);
        members.add(again);
        assertThat(status(again).state()).isEqualTo(State.FENCED);
    }
}
