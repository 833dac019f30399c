package dev.quorate.store.cli;

import dev.quorate.store.node.Node;
import dev.quorate.store.node.NodeStatus.NodeIdentity;
import dev.quorate.store.node.port.LeaderCall;
import dev.quorate.store.node.port.LeaderCall.ListedMember;
import dev.quorate.store.node.port.Peers;
import dev.quorate.store.node.port.SnapshotStore;
import dev.quorate.store.node.port.StagedState;
import dev.quorate.store.node.port.StatePosition;
import dev.quorate.store.node.port.Transfers;
import dev.quorate.store.peer.PeerHost;
import dev.quorate.store.raft.Message;
import dev.quorate.store.state.Command;
import dev.quorate.store.state.Member;
import dev.quorate.store.state.Members;
import dev.quorate.store.state.Outcome;
import dev.quorate.store.state.Refusal;
import java.io.IOException;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;

/** A running member, as the peer port sees it. */
final class PeerDesk implements PeerHost {
    private static final String OTHER_CLUSTER = "cluster ID mismatch";
    private static final String OTHER_MEMBER = "this is another member than the caller thinks";

    private final RunningMember member;
    private final Node node;
    private final Consumer<String> shutOut;

    PeerDesk(RunningMember member, Consumer<String> shutOut) {
        this.member = member;
        this.node = member.node();
        this.shutOut = shutOut;
    }

    @Override
    public Optional<String> refusal(Caller caller) {
        NodeIdentity self = node.identity();
        if (caller.clusterId() != self.clusterId()) return Optional.of(OTHER_CLUSTER);
        if (caller.to() != self.memberId()) return Optional.of(OTHER_MEMBER);
        // A recovery removes the others: what they must hear is that the cluster went on without them.
        if (caller.epoch() < self.epoch()) return Optional.of(PeerHost.OLD_EPOCH);
        if (caller.epoch() > self.epoch()) {
            shutOut.accept(PeerHost.OLD_EPOCH);
            return Optional.of("this member is of an older epoch");
        }
        if (!node.hasLeft(caller.from())) return Optional.empty();
        member.peers().forget(caller.from());
        return Optional.of(PeerHost.REMOVED);
    }

    @Override
    public void met(Caller caller) {
        member.peers().met(caller.from(), new Peers.Address(caller.peerUrls()));
    }

    @Override
    public void deliver(Message message) {
        member.peers().heard(message);
        member.mailbox().deliver(message);
    }

    @Override
    public CompletableFuture<LeaderCall.Answer> answer(LeaderCall call) {
        return node.calls().answer(call);
    }

    /**
     * A listed member becomes a started one in the log before it takes part, with the disk that asked first, whomever it
     * asked. So a second disk is found out, and who did not get the answer can ask again, anybody.
     */
    @Override
    public CompletableFuture<JoinAnswer> join(JoinQuestion question) {
        if (question.foundingId() != 0) return begun(question);
        if (question.dataNonce().isEmpty()) return done(JoinAnswer.Verdict.UNKNOWN, 0);
        return node.readPoint().thenCompose(refusal -> {
            if (refusal.isPresent()) return done(JoinAnswer.Verdict.UNKNOWN, 0);
            Optional<Member> listed = listed(question);
            if (listed.isEmpty()) return done(JoinAnswer.Verdict.NOT_LISTED, 0);
            long id = listed.get().id();
            if (node.state().members().hasStartedElsewhere(id, question.dataNonce()))
                return done(JoinAnswer.Verdict.STARTED_BEFORE, id);
            return node.propose(new Command.MemberStart(id, question.name(), question.dataNonce()))
                    .thenCompose(outcome -> done(verdict(outcome), id));
        });
    }

    private static JoinAnswer.Verdict verdict(Outcome outcome) {
        if (!(outcome instanceof Outcome.Refused refused)) return JoinAnswer.Verdict.START;
        boolean other = refused.reason() == Refusal.MEMBER_STARTED;
        return other ? JoinAnswer.Verdict.STARTED_BEFORE : JoinAnswer.Verdict.UNKNOWN;
    }

    /**
     * Who is on the first list has a name from the beginning, but tells its client URLs only when it runs. What is known
     * here is enough: it needs no quorum, and nobody un-starts. Who has another id here than its first list gives it
     * belongs to a cluster that was restored from a snapshot, or that added it later.
     */
    private CompletableFuture<JoinAnswer> begun(JoinQuestion question) {
        long id = question.foundingId();
        Members members = node.state().members();
        boolean started =
                members.get(id).map(member -> !member.clientUrls().isEmpty()).orElse(members.wasRemoved(id));
        started |= listed(question).filter(member -> member.id() != id).isPresent();
        return started ? done(JoinAnswer.Verdict.STARTED_BEFORE, id) : done(JoinAnswer.Verdict.NOT_BEGUN, 0);
    }

    private Optional<Member> listed(JoinQuestion question) {
        return node.state().members().all().stream()
                .filter(one -> new HashSet<>(one.peerUrls()).equals(new HashSet<>(question.peerUrls())))
                .findFirst();
    }

    private CompletableFuture<JoinAnswer> done(JoinAnswer.Verdict verdict, long memberId) {
        NodeIdentity self = node.identity();
        List<ListedMember> members = node.state().members().all().stream()
                .map(one -> new ListedMember(one.id(), one.name(), one.peerUrls(), one.learner()))
                .toList();
        return CompletableFuture.completedFuture(
                new JoinAnswer(verdict, self.clusterId(), memberId, self.epoch(), members));
    }

    @Override
    public SnapshotStore snapshots() {
        return member.disk().snapshots();
    }

    @Override
    public Transfers snapshotsFrom(long from) {
        return member.peers().snapshotsFrom(from);
    }

    @Override
    public StagedState load(StatePosition announced) throws IOException {
        return member.disk().load(announced);
    }

    @Override
    public void snapshotReady(Message.InstallSnapshot message, StagedState state) {
        member.mailbox().snapshotReady(message, state);
    }
}
