package dev.quorate.store.node;

import static org.assertj.core.api.Assertions.assertThat;

import dev.quorate.store.Bytes;
import dev.quorate.store.codec.CommandCodec;
import dev.quorate.store.node.port.DurableLog;
import dev.quorate.store.raft.Entry;
import dev.quorate.store.raft.EntryId;
import dev.quorate.store.raft.EntryKind;
import dev.quorate.store.raft.HardState;
import dev.quorate.store.raft.Membership;
import dev.quorate.store.raft.Message;
import dev.quorate.store.raft.RaftConfig;
import dev.quorate.store.raft.RaftCore;
import dev.quorate.store.raft.Restored;
import dev.quorate.store.state.Command;
import dev.quorate.store.state.Envelope;
import dev.quorate.store.state.Op;
import dev.quorate.store.state.Outcome;
import dev.quorate.store.state.Refusal;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

/** Member 1 follows; what its clients want goes to the leader. */
class ProposalsTest {
    private static final Command REVOKE = new Command.LeaseRevoke(5);
    private static final Bytes DATA = CommandCodec.encode(new Envelope(42, REVOKE));

    private static final int MAX_UNAPPLIED = 3;

    private final AtomicLong appliedIndex = new AtomicLong();
    private DurableLog.Room room = DurableLog.Room.ENOUGH;
    private final Proposals proposals = new Proposals(7_000, MAX_UNAPPLIED, appliedIndex::get, () -> room);
    private final CompletableFuture<Outcome> answer = new CompletableFuture<>();
    private final RaftCore raft = new RaftCore(
            RaftConfig.of(1, 10, 1, new SplittableRandom(1)),
            new Restored(HardState.NONE, Membership.ofVoters(List.of(1L, 2L, 3L)), EntryId.NONE, List.of(), 0));

    @Test
    void whatALostLeaderTookIsProposedToTheNextOne() {
        heartbeat(2, 1);
        propose();
        assertThat(forwards()).containsExactly(new Message.Forward(1, 2, 1, List.of(DATA)));

        heartbeat(3, 2);
        proposals.submit(raft);
        assertThat(forwards()).as("it may still be in the log").isEmpty();

        proposals.termApplied(2);
        proposals.submit(raft);
        assertThat(forwards()).containsExactly(new Message.Forward(1, 3, 2, List.of(DATA)));
        proposals.termApplied(2);
        proposals.submit(raft);
        assertThat(forwards()).as("once is enough").isEmpty();
        assertThat(answer).isNotDone();
    }

    @Test
    void whatWasAppliedOrIsOfTheNewTermIsNotProposedAgain() {
        heartbeat(2, 1);
        propose();
        assertThat(proposals.take(42)).isPresent();
        heartbeat(3, 2);
        propose();
        assertThat(forwards()).hasSize(2);

        proposals.termApplied(2);
        proposals.submit(raft);

        assertThat(forwards()).isEmpty();
    }

    @Test
    void behindASnapshotNobodyCanTell() {
        heartbeat(2, 1);
        propose();
        assertThat(forwards()).hasSize(1);

        proposals.stateReplaced(2);
        proposals.termApplied(2);
        proposals.submit(raft);

        assertThat(forwards()).isEmpty();
        assertThat(answer).isCompletedWithValue(new Outcome.Refused(Refusal.TIMEOUT_LEADER_FAIL));
    }

    @Test
    void whileThisMemberIsFarBehindItWaits() {
        commit(MAX_UNAPPLIED + 1);
        propose();
        assertThat(forwards()).isEmpty();

        appliedIndex.set(1);
        proposals.submit(raft);

        assertThat(forwards()).containsExactly(new Message.Forward(1, 2, 1, List.of(DATA)));
        assertThat(answer).isNotDone();
    }

    @Test
    void whoWaitedInVainForAMemberThatIsBehindHearsThatNothingHappened() {
        commit(MAX_UNAPPLIED + 1);
        propose();

        proposals.expire(7_500);

        assertThat(answer).isCompletedWithValue(new Outcome.Refused(Refusal.TOO_MANY_REQUESTS));
        appliedIndex.set(1);
        proposals.submit(raft);
        assertThat(forwards()).as("and it never will").isEmpty();
    }

    /** It was taken by a leader that is gone, and waits here again when its time is over. */
    @Test
    void whatIsRefusedAfterItsLeaderWasLostIsNotProposedAfterAll() {
        commit(MAX_UNAPPLIED + 1);
        appliedIndex.set(1);
        propose();
        assertThat(forwards()).hasSize(1);
        appliedIndex.set(0);
        heartbeat(3, 2);
        proposals.submit(raft);

        proposals.termApplied(2);
        proposals.expire(7_500);
        assertThat(answer).isCompletedWithValue(new Outcome.Refused(Refusal.TOO_MANY_REQUESTS));
        appliedIndex.set(1);
        proposals.submit(raft);

        assertThat(forwards()).isEmpty();
    }

    @Test
    void theLatestAreRefusedWhenTooManyWait() {
        commit(MAX_UNAPPLIED + 1);
        List<CompletableFuture<Outcome>> answers = new ArrayList<>();
        for (int i = 0; i < 20_001; i++) {
            answers.add(new CompletableFuture<>());
            proposals.take(new Mailbox.Input.Propose(new Proposals.Waiting(i, REVOKE, answers.getLast()), DATA), 0);
        }

        proposals.submit(raft);

        assertThat(answers.removeLast()).isCompletedWithValue(new Outcome.Refused(Refusal.TOO_MANY_REQUESTS));
        assertThat(answers).noneMatch(CompletableFuture::isDone);
    }

    /** A disk that gets full has room for so much after it was seen. */
    @Test
    void onlySoManyBytesAreUnderWay() {
        heartbeat(2, 1);
        for (int i = 0; i < 5; i++) takeLarge(i, Proposals.MAX_UNDER_WAY_BYTES / 3);
        proposals.submit(raft);
        assertThat(forwards()).hasSize(3);

        assertThat(proposals.take(1)).isPresent();
        proposals.submit(raft);
        assertThat(forwards()).hasSize(1);
        proposals.submit(raft);
        assertThat(forwards()).isEmpty();

        for (int i = 0; i < 4; i++) proposals.take(i);
        proposals.submit(raft);
        assertThat(forwards()).hasSize(1);
    }

    /** Else nothing would leave until their time is over. */
    @Test
    void whatIsLostIsNotUnderWayAnyMore() {
        heartbeat(2, 1);
        takeLarge(1, Proposals.MAX_UNDER_WAY_BYTES);
        propose();
        assertThat(forwards()).hasSize(1);
        assertThat(proposals.waitsForOthers()).isTrue();

        proposals.lostOnTheWay();
        proposals.submit(raft);
        assertThat(forwards()).as("the other one").hasSize(1);
    }

    @Test
    void whatALostLeaderHadIsNotUnderWayAnyMore() {
        heartbeat(2, 1);
        takeLarge(1, Proposals.MAX_UNDER_WAY_BYTES);
        proposals.submit(raft);
        assertThat(forwards()).hasSize(1);

        heartbeat(3, 2);
        proposals.termApplied(2);
        proposals.submit(raft);
        assertThat(forwards()).hasSize(1);
    }

    @Test
    void whatTheDiskHasNoRoomForIsRefusedAlsoWhenItWaitsHere() {
        CompletableFuture<Outcome> large = new CompletableFuture<>();
        Command put = Op.Put.of(Bytes.utf8("k"), Bytes.utf8("v"));
        proposals.take(new Mailbox.Input.Propose(new Proposals.Waiting(1, put, large), DATA), 0);
        propose();
        assertThat(large).as("nobody leads").isNotDone();

        room = DurableLog.Room.LOW;
        proposals.submit(raft);

        assertThat(large).isCompletedWithValue(new Outcome.Refused(Refusal.NO_SPACE));
        assertThat(answer).isNotDone();
        heartbeat(2, 1);
        proposals.submit(raft);
        assertThat(forwards()).hasSize(1);
    }

    private void commit(int entries) {
        List<Entry> log = new ArrayList<>();
        for (int i = 1; i <= entries; i++) log.add(new Entry(1, i, EntryKind.NORMAL, DATA));
        raft.step(new Message.Append(2, 1, 1, EntryId.NONE, log, entries));
        assertThat(raft.commit()).isEqualTo(entries);
    }

    private void takeLarge(long id, long bytes) {
        Proposals.Waiting waiting = new Proposals.Waiting(id, REVOKE, new CompletableFuture<>());
        proposals.take(new Mailbox.Input.Propose(waiting, Bytes.wrap(new byte[(int) bytes])), 0);
    }

    private void propose() {
        proposals.take(new Mailbox.Input.Propose(new Proposals.Waiting(42, REVOKE, answer), DATA), 0);
        proposals.submit(raft);
    }

    private void heartbeat(long leader, long term) {
        raft.step(new Message.Heartbeat(leader, 1, term, 0, 0));
    }

    private List<Message> forwards() {
        List<Message> sent = new ArrayList<>();
        while (raft.hasReady()) sent.addAll(raft.ready().sendNow());
        sent.removeIf(message -> !(message instanceof Message.Forward));
        return sent;
    }

    /** Two members whose ids end alike and that start together must not name their requests alike, ever. */
    @Test
    void membersNameTheirRequestsFarApart() {
        long one = new Loop.RequestIds(0x1_4321, 1_700_000_000_000L).next();
        long other = new Loop.RequestIds(0x2_4321, 1_700_000_000_000L).next();
        long later = new Loop.RequestIds(0x1_4321, 1_700_000_000_001L).next();
        assertThat(Math.abs(one - other)).isGreaterThan(1L << 40);
        assertThat(Math.abs(one - later)).isGreaterThan(1L << 40);
    }
}
