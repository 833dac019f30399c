package dev.quorate.store.node;

import dev.quorate.store.Bytes;
import dev.quorate.store.codec.MemberIds;
import dev.quorate.store.lease.Lease;
import dev.quorate.store.lease.LeaseDeadlines.Renewal;
import dev.quorate.store.lease.Leases;
import dev.quorate.store.node.port.LeaderCall;
import dev.quorate.store.node.port.LeaderCall.Answer;
import dev.quorate.store.node.port.LeaderCall.ListedMember;
import dev.quorate.store.node.port.Peers;
import dev.quorate.store.state.Command;
import dev.quorate.store.state.Members;
import dev.quorate.store.state.Outcome;
import dev.quorate.store.state.Refusal;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.Supplier;

/**
 * Leases, members and leadership. The leader answers; any other member asks the leader for its client.
 *
 * <p>Any thread may call. Answers of the leader about the membership are waited for until this member has applied the
 * change as well, so that the list it then shows contains it.
 */
public final class MemberCalls {
    private static final long RETRY_MILLIS = 50;

    private final Loop.Desk desk;
    private final Applier applier;
    private final Notices notices;
    private final Peers peers;
    private final Supplier<CompletableFuture<Optional<Refusal>>> readPoint;
    private final ConcurrentLinkedQueue<Question> leaderless = new ConcurrentLinkedQueue<>();

    private long retriedMillis = Long.MIN_VALUE / 2;
    private volatile boolean stopped;

    /** What a client of this member wants from whoever leads. */
    private record Question(LeaderCall call, CompletableFuture<Answer> answer, long dueMillis) {}

    /**
     * @param readPoint completed empty when a quorum follows the leader and this member has applied what it had committed
     */
    MemberCalls(
            Loop.Desk desk,
            Applier applier,
            Notices notices,
            Peers peers,
            Supplier<CompletableFuture<Optional<Refusal>>> readPoint) {
        this.desk = desk;
        this.applier = applier;
        this.notices = notices;
        this.peers = peers;
        this.readPoint = readPoint;
    }

    /** A renewal: the time to live it got, 0 if the lease is not there (any more). */
    public CompletableFuture<Answer> renewLease(long id) {
        return ask(new LeaderCall.RenewLease(id));
    }

    /** Seconds left and granted, -1 if the lease is not there; the keys only if wanted. */
    public CompletableFuture<Answer> timeToLive(long id, boolean withKeys) {
        return ask(new LeaderCall.LeaseLife(id, withKeys));
    }

    /** Of this member, which may be a little behind. The leader, who alone knows, names those first that expire first. */
    public List<Long> leases() {
        List<Long> known =
                applier.state().leases().all().stream().map(Lease::id).toList();
        if (desk.leasing().term() == 0) return known;
        List<Long> byExpiry = desk.leasing().byExpiry();
        return byExpiry.size() == known.size() ? byExpiry : known;
    }

    /** The new member gets the id that etcd would give it. */
    public CompletableFuture<Outcome> addMember(List<String> peerUrls, boolean learner) {
        if (!MemberIds.validUrls(peerUrls)) return done(new Outcome.Refused(Refusal.BAD_MEMBER_URLS));
        int learners = notices.view().learners().size();
        if (learner && learners >= desk.config().serving().limits().maxLearners())
            return done(new Outcome.Refused(Refusal.TOO_MANY_LEARNERS));
        long id = MemberIds.added(peerUrls, desk.ticker().wallMillis() / 1000);
        return change(new LeaderCall.ChangeMembers(
                List.of(new ListedMember(id, "", peerUrls, learner)), List.of(), List.of(), List.of()));
    }

    /** All of them in one change. */
    public CompletableFuture<Outcome> removeMembers(List<Long> ids) {
        return change(new LeaderCall.ChangeMembers(List.of(), List.of(), ids, List.of()));
    }

    /** All of them in one change. */
    public CompletableFuture<Outcome> promoteMembers(List<Long> ids) {
        return change(new LeaderCall.ChangeMembers(List.of(), ids, List.of(), List.of()));
    }

    public CompletableFuture<Outcome> updateMember(long id, List<String> peerUrls) {
        if (!MemberIds.validUrls(peerUrls)) return done(new Outcome.Refused(Refusal.BAD_MEMBER_URLS));
        return change(new LeaderCall.ChangeMembers(
                List.of(), List.of(), List.of(), List.of(new ListedMember(id, "", peerUrls, false))));
    }

    /** As etcd: only the leader itself may be asked. */
    public CompletableFuture<Answer> moveLeader(long to) {
        return answer(new LeaderCall.MoveLeader(to));
    }

    private CompletableFuture<Outcome> change(LeaderCall.ChangeMembers change) {
        CompletableFuture<Outcome> outcome = new CompletableFuture<>();
        long due = due();
        var _ = ask(change).thenAccept(answer -> {
            if (!answer.refusal().isEmpty()) outcome.complete(new Outcome.Refused(Refusal.valueOf(answer.refusal())));
            else
                desk.reads()
                        .whenApplied(
                                answer.index(),
                                due,
                                refusal -> outcome.complete(
                                        refusal.isPresent()
                                                ? new Outcome.Refused(refusal.get())
                                                : new Outcome.MembersChanged(members())));
        });
        return outcome;
    }

    private Members members() {
        return applier.state().members();
    }

    private static CompletableFuture<Outcome> done(Outcome outcome) {
        return CompletableFuture.completedFuture(outcome);
    }

    private CompletableFuture<Answer> ask(LeaderCall call) {
        Question question = new Question(call, new CompletableFuture<>(), due());
        ask(question);
        return question.answer();
    }

    private long due() {
        return desk.ticker().millis() + desk.config().timing().requestTimeoutMillis();
    }

    private void ask(Question question) {
        long leader = notices.view().leader();
        if (leader == 0 || stopped) {
            askLater(question);
            return;
        }
        CompletableFuture<Answer> reply = leader == desk.identity().memberId()
                ? answer(question.call())
                : peers.ask(leader, question.call())
                        .exceptionally(unreachable -> Answer.refused(Refusal.TIMEOUT.name()));
        var _ = reply.thenAccept(answer -> {
            // Refused as a whole, so it may be asked again: an election is going on.
            if (answer.refusal().equals(Refusal.NOT_LEADER.name())) askLater(question);
            else question.answer().complete(answer);
        });
    }

    private void askLater(Question question) {
        leaderless.add(question);
        if (stopped) refuseAll();
    }

    /** Nobody will ask again. */
    void stop() {
        stopped = true;
        refuseAll();
    }

    private void refuseAll() {
        for (Question question = leaderless.poll(); question != null; question = leaderless.poll())
            question.answer().complete(Answer.refused(Refusal.STOPPED.name()));
    }

    /** The loop, now and then: whoever found no leader tries again until time is over. */
    void retry() {
        long now = desk.ticker().millis();
        if (now - retriedMillis < RETRY_MILLIS) return;
        retriedMillis = now;
        for (int i = leaderless.size(); i > 0; i--) {
            Question question = leaderless.poll();
            if (question == null) return;
            if (now >= question.dueMillis()) question.answer().complete(Answer.refused(Refusal.NO_LEADER.name()));
            else ask(question);
        }
    }

    /** This member's own answer, for its client or for another member's. */
    public CompletableFuture<Answer> answer(LeaderCall call) {
        return switch (call) {
            case LeaderCall.RenewLease renew -> renewed(renew.id());
            case LeaderCall.LeaseLife life -> life(life);
            case LeaderCall.ChangeMembers change -> toLoop(change);
            case LeaderCall.MoveLeader move -> toLoop(move);
        };
    }

    private CompletableFuture<Answer> toLoop(LeaderCall call) {
        CompletableFuture<Answer> answer = new CompletableFuture<>();
        desk.mailbox().fact(new Mailbox.Input.Call(call, answer));
        if (stopped) answer.complete(Answer.refused(Refusal.STOPPED.name()));
        return answer;
    }

    /**
     * A renewal is good when no next leader can know of less: a quorum still follows this one, and the whole time to live is
     * on record. A lease that is not there may have been granted by an entry that this member applies only now.
     */
    private CompletableFuture<Answer> renewed(long id) {
        long term = desk.leasing().term();
        if (term == 0) return refused(Refusal.NOT_LEADER);
        Optional<Renewal> renewal = renew(id);
        return readPoint.get().thenCompose(refusal -> {
            if (refusal.isPresent() || desk.leasing().term() != term) return refused(Refusal.NOT_LEADER);
            if (renewal.isPresent())
                return renewal.get()
                        .recorded()
                        .thenApply(recorded -> recorded
                                ? renewedFor(renewal.get().ttlSeconds())
                                : Answer.refused(Refusal.NOT_LEADER.name()));
            return renew(id).isPresent() ? renewed(id) : CompletableFuture.completedFuture(renewedFor(0));
        });
    }

    private Optional<Renewal> renew(long id) {
        return desk.leasing().renew(id, desk.ticker().millis());
    }

    private static Answer renewedFor(long ttlSeconds) {
        return new Answer("", ttlSeconds, ttlSeconds, List.of(), 0);
    }

    /** Not before this member has applied what a client of another one may have been told. */
    private CompletableFuture<Answer> life(LeaderCall.LeaseLife life) {
        long term = desk.leasing().term();
        if (term == 0) return refused(Refusal.NOT_LEADER);
        return readPoint.get().thenApply(refusal -> {
            Leases leases = applier.state().leases();
            long granted = leases.lease(life.id()).map(Lease::ttlSeconds).orElse(0L);
            OptionalLong left =
                    desk.leasing().remainingSeconds(life.id(), desk.ticker().millis());
            List<Bytes> keys = life.withKeys() ? leases.keysOf(life.id()) : List.of();
            if (refusal.isPresent() || desk.leasing().term() != term) return Answer.refused(Refusal.NOT_LEADER.name());
            if (granted == 0 || left.isEmpty()) return new Answer("", -1, 0, List.of(), 0);
            return new Answer("", left.getAsLong(), granted, keys, 0);
        });
    }

    private static CompletableFuture<Answer> refused(Refusal reason) {
        return CompletableFuture.completedFuture(Answer.refused(reason.name()));
    }

    /** The command as it may go on the log: no lease may live shorter than an election and a half. */
    Command admissible(Command command) {
        if (!(command instanceof Command.LeaseGrant grant)) return command;
        int heartbeat = desk.config().timing().heartbeatMillis();
        long minimumMillis = 3L * desk.config().timing().electionTicks() / 2 * heartbeat;
        long minimumSeconds = (minimumMillis + 999) / 1000;
        return grant.ttlSeconds() >= minimumSeconds ? grant : new Command.LeaseGrant(grant.id(), minimumSeconds);
    }
}
