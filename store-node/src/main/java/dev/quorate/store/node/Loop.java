package dev.quorate.store.node;

import dev.quorate.store.Bytes;
import dev.quorate.store.Invariant;
import dev.quorate.store.codec.ChangeCodec;
import dev.quorate.store.codec.CommandCodec;
import dev.quorate.store.node.port.DurableLog;
import dev.quorate.store.node.port.LeaderCall;
import dev.quorate.store.node.port.StagedState;
import dev.quorate.store.node.port.StatePosition;
import dev.quorate.store.raft.Entry;
import dev.quorate.store.raft.EntryId;
import dev.quorate.store.raft.HardState;
import dev.quorate.store.raft.Membership;
import dev.quorate.store.raft.Message;
import dev.quorate.store.raft.Notice;
import dev.quorate.store.raft.RaftCore;
import dev.quorate.store.raft.Ready;
import dev.quorate.store.state.Command;
import dev.quorate.store.state.Envelope;
import dev.quorate.store.state.Refusal;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The loop: what came in goes to raft, what raft says is done. It never waits for a disk, a socket or the state.
 *
 * <p>It has no thread of its own, so that the simulator can call {@link #turn}.
 */
final class Loop {
    private final Desk desk;
    private final RaftCore raft;
    private final Node.Outside outside;
    private final Consumer<Applier.Work> apply;
    private final Changes changes;
    private final LogUpkeep upkeep;
    private final Notices notices;
    private final LogUpkeep.DiskWatch disk;
    private final FirstElection firstElection;
    private final Agreement agreement;
    private final Quarantine quarantine;
    private final StallWatch stallWatch;
    private final WholeStates wholeStates = new WholeStates();

    /** Messages that may leave when their batch is durable, in the order of the batches. */
    private final Deque<Held> held = new ArrayDeque<>();

    /** What waits for the log while a received state is put in its place. */
    private final Deque<Ready> behindInstall = new ArrayDeque<>();

    private final SortedMap<Long, StagedState> staged = new TreeMap<>();

    private long ledBefore;

    /** The node's own things that several of its parts work on. */
    record Desk(
            NodeStatus.NodeIdentity identity,
            NodeConfig config,
            Mailbox mailbox,
            Proposals proposals,
            Reads reads,
            Leasing leasing,
            RequestIds requestIds,
            Pulse pulse,
            Node.Ticker ticker) {
        long watchQueueBytes() {
            return 64L << 20;
        }
    }

    private record Held(long batch, long sinceMillis, long lastIndex, List<Message> messages) {}

    Loop(
            Desk desk,
            RaftCore raft,
            Node.Outside outside,
            Applier applier,
            LogUpkeep upkeep,
            Consumer<Applier.Work> apply) {
        this.desk = desk;
        this.raft = raft;
        this.outside = outside;
        this.apply = apply;
        this.upkeep = upkeep;
        this.changes = new Changes(desk, raft, applier, outside);
        this.notices = new Notices(raft, now());
        this.disk = new LogUpkeep.DiskWatch(desk.mailbox());
        this.stallWatch = new StallWatch(desk.config().timing().diskStallMillis());
        this.firstElection =
                new FirstElection(desk.config().timing(), desk.identity().memberId(), outside.peers(), now());
        this.agreement = new Agreement(raft, applier, outside.peers());
        this.quarantine = new Quarantine(desk.identity().memberId(), applier);
    }

    /** One turn: take what is waiting, let raft think, then do what it says. */
    void turn(List<Mailbox.Input> inputs) {
        long start = now();
        for (Mailbox.Input input : inputs) accept(input);
        desk.proposals().submit(raft);
        desk.reads().submit(raft, now());
        while (raft.hasReady()) {
            perform(raft.ready());
            desk.reads().submit(raft, now());
        }
        dropUnwanted();
        notices.publish(raft);
        desk.pulse().turnTook(now() - start);
    }

    Quarantine quarantine() {
        return quarantine;
    }

    private void accept(Mailbox.Input input) {
        switch (input) {
            case Mailbox.Input.Tick tick -> tick();
            case Mailbox.Input.Received received -> received(received.message());
            case Mailbox.Input.Persisted persisted -> persisted(persisted.batch());
            case Mailbox.Input.Applied applied -> applied(applied.position());
            case Mailbox.Input.Propose propose -> desk.proposals().take(propose, now());
            case Mailbox.Input.ReadWanted wanted -> {}
            case Mailbox.Input.Call call -> changes.take(call, now());
            case Mailbox.Input.SnapshotReady ready -> snapshotReady(ready);
            case Mailbox.Input.SnapshotSent sent -> snapshotSent(sent);
            case Mailbox.Input.Forced forced -> upkeep.forced(forced.position(), raft, outside.log());
            case Mailbox.Input.Unreachable unreachable -> unreachable(unreachable.peer());
            case Mailbox.Input.Installed installed -> installed(installed.position());
            case Mailbox.Input.MembersApplied applied -> changes.membersApplied(applied.index());
            case Mailbox.Input.Removed removed -> changes.toldOfRemoval();
            case Mailbox.Input.HandOver handOver -> changes.handOver(handOver.done(), now());
            case Mailbox.Input.Failed failed -> throw new IllegalStateException(failed.what(), failed.cause());
        }
    }

    private void unreachable(long peer) {
        if (peer == raft.leader()) desk.proposals().lostOnTheWay();
        raft.reportUnreachable(peer);
    }

    private void received(Message message) {
        if (message instanceof Message.Append append && !append.entries().isEmpty() && upkeep.isChoked()) return;
        if (message instanceof Message.Aside aside) propose(agreement.take(aside));
        else raft.step(message);
    }

    private void tick() {
        long now = now();
        firstElection.tick(raft, now);
        boolean stalled = watchDisk(now);
        raft.tick();
        desk.pulse().beat(raft.isLeader(), now);
        desk.proposals().expire(now);
        desk.reads().tick(raft, now);
        changes.tick(now);
        campaignAlone();
        if (!raft.isLeader()) desk.leasing().follow();
        else proposeForLeases(now);
        upkeep.tick(desk.mailbox().room());
        if (!stalled && disk.shouldHandOver(raft, now, desk.config().timing().electionMillis()))
            changes.handOver(new CompletableFuture<>(), now);
        propose(agreement.tick());
        keepAway(now);
        notices.tick(raft, now);
    }

    /** Returns whether the log's disk stalls. */
    private boolean watchDisk(long now) {
        Held oldest = held.peekFirst();
        StallWatch.View view = oldest == null
                ? new StallWatch.View(now, raft.isLeader(), 0, 0, false)
                : new StallWatch.View(
                        now,
                        raft.isLeader(),
                        oldest.batch(),
                        oldest.sinceMillis(),
                        oldest.lastIndex() > 0 && oldest.lastIndex() <= raft.commit());
        StallWatch.Verdict verdict = stallWatch.look(view);
        boolean stalled = verdict != StallWatch.Verdict.FINE;
        raft.diskStalls(stalled);
        notices.disk(stalled, now - view.sinceMillis());
        desk.pulse().diskStalled(stalled);
        if (verdict == StallWatch.Verdict.HAND_OVER) {
            desk.pulse().handedOverForDisk();
            changes.handOver(notices.handsOverForDisk(), now);
        }
        return stalled;
    }

    /** Nobody else could win: there is nothing to wait for. */
    private void campaignAlone() {
        SortedSet<Long> voters = raft.membership().voters();
        if (raft.leader() == 0
                && voters.size() == 1
                && voters.contains(desk.identity().memberId())
                && !raft.membership().isJoint()) raft.campaignNow();
    }

    /** Who has lost its state leads nobody, as long as there are others who have theirs. */
    private void keepAway(long now) {
        boolean away = quarantine.isAway() || agreement.isOutvoted();
        raft.abstain(away);
        if (away && raft.isLeader() && raft.status().transferTarget() == 0)
            changes.handOver(new CompletableFuture<>(), now);
    }

    /**
     * Past the clients' queue. A leader's wishes about leases go into its own log or nowhere: what waited for a leader
     * could reach the next one, who knows of renewals that this one has never seen. What is not taken now is wished for
     * again.
     */
    private void propose(List<Command> commands) {
        if (commands.isEmpty()) return;
        List<Bytes> datas = new ArrayList<>(commands.size());
        for (Command command : commands)
            datas.add(CommandCodec.encode(new Envelope(desk.requestIds().next(), command)));
        var _ = raft.propose(datas);
    }

    /** Not in vain: what is refused now would be wished for seconds later, and what cannot be applied would pile up. */
    private void proposeForLeases(long now) {
        if (raft.isTransferring() || desk.mailbox().room() == DurableLog.Room.NONE) return;
        propose(desk.leasing().wishes(raft.term(), now));
    }

    private void persisted(long batch) {
        raft.persisted(batch);
        while (!held.isEmpty() && held.getFirst().batch() <= batch)
            send(held.removeFirst().messages());
    }

    private void applied(StatePosition position) {
        raft.applied(position.index());
        desk.proposals().termApplied(position.term());
        campaignAlone();
        agreement.applied();
        changes.retry(now());
        if (raft.isLeader() && position.term() == raft.term() && ledBefore != raft.term()) {
            ledBefore = raft.term();
            apply.accept(new Applier.Work.Lead(raft.term()));
        }
        if (raft.isLeader()) proposeForLeases(now());
        upkeep.applied(position, raft);
    }

    private void snapshotReady(Mailbox.Input.SnapshotReady ready) {
        staged.put(ready.message().base().index(), ready.state());
        raft.step(ready.message());
    }

    /** What raft did not install at once it never will: its sender leads no more, or this member has caught up. */
    private void dropUnwanted() {
        for (StagedState state : staged.values()) apply.accept(new Applier.Work.Discard(state));
        staged.clear();
    }

    /** Does what raft says, in the order that keeps its promises. */
    private void perform(Ready ready) {
        send(ready.sendNow());
        write(ready);
        apply(ready.committed());
        for (Ready.ReadPoint point : ready.reads()) desk.reads().answered(point);
        for (long id : ready.readsLost()) desk.reads().lost(id);
        for (long id : ready.snapshotsWanted()) sendSnapshot(id);
        for (Notice notice : ready.notices()) note(notice);
    }

    private void send(List<Message> messages) {
        for (Message message : messages) outside.peers().send(message);
    }

    private void write(Ready ready) {
        if (ready.batch() == 0) return;
        long lastIndex =
                ready.entries().isEmpty() ? 0 : ready.entries().getLast().index();
        held.addLast(new Held(ready.batch(), now(), lastIndex, ready.sendAfterPersist()));
        if (ready.install() != null) install(ready.install());
        boolean installing = !behindInstall.isEmpty() || ready.install() != null;
        behindInstall.addLast(ready);
        if (!installing) writeWaiting();
    }

    /** The first that waits, and what follows it up to the next received state, which is not in its place yet. */
    private void writeWaiting() {
        while (!behindInstall.isEmpty()) {
            write(behindInstall.removeFirst(), outside.log());
            if (!behindInstall.isEmpty() && behindInstall.getFirst().install() != null) return;
        }
    }

    private static void write(Ready ready, DurableLog log) {
        HardState hardState = ready.hardState();
        Message.InstallSnapshot install = ready.install();
        if (install != null && ready.entries().isEmpty()) {
            log.install(ready.batch(), hardState, install.base(), install.membership());
            return;
        }
        // What followed the state in the same turn: until it is there the log must not say that it is committed.
        if (install != null) log.install(0, notBeyond(hardState, install.base()), install.base(), install.membership());
        boolean promises = hardState != null || !ready.entries().isEmpty();
        log.append(ready.batch(), hardState, ready.entries(), promises);
    }

    private static @Nullable HardState notBeyond(@Nullable HardState state, EntryId base) {
        return state == null ? null : new HardState(state.term(), state.vote(), Math.min(state.commit(), base.index()));
    }

    /**
     * The state first, then the log: a start that finds the state ahead of the log knows that the log must begin anew
     * behind it, but a log that is ahead of the state would have lost what lies between. So the log waits, and what
     * would be written after it.
     */
    private void install(Message.InstallSnapshot install) {
        StagedState state = staged.remove(install.base().index());
        if (state == null) throw new Invariant.Broken("the snapshot that raft installs was never received");
        apply.accept(new Applier.Work.Install(state));
        upkeep.installed(install.base(), install.membership());
        changes.seen(install.base().index());
    }

    private void installed(StatePosition position) {
        desk.proposals().stateReplaced(position.term());
        writeWaiting();
    }

    private void apply(List<Entry> committed) {
        if (committed.isEmpty()) return;
        List<Membership> memberships = new ArrayList<>();
        for (Entry entry : committed) {
            if (!entry.kind().isChange()) continue;
            Membership membership = raft.applyChange(ChangeCodec.decode(entry).raft());
            memberships.add(membership);
            changes.seen(entry.index());
            upkeep.membership(entry.index(), membership);
        }
        upkeep.handedOut(committed);
        apply.accept(new Applier.Work.Committed(committed, memberships));
    }

    private void sendSnapshot(long to) {
        boolean mayHandOut = agreement.mayHandOut() && !quarantine.isAway();
        WholeStates.Verdict verdict = mayHandOut ? wholeStates.wanted(to, now()) : WholeStates.Verdict.ASK_AGAIN;
        switch (verdict) {
            case WAIT -> {}
            case ASK_AGAIN -> raft.reportSnapshot(to, 0);
            case SEND ->
                outside.peers()
                        .sendSnapshot(
                                to,
                                raft.term(),
                                outside.snapshots(),
                                delivered -> desk.mailbox().fact(new Mailbox.Input.SnapshotSent(to, delivered)));
        }
    }

    private void snapshotSent(Mailbox.Input.SnapshotSent sent) {
        wholeStates.ended(sent.to(), sent.delivered() > 0, now());
        raft.reportSnapshot(sent.to(), sent.delivered());
    }

    private void note(Notice notice) {
        if (notice instanceof Notice.BecamePreCandidate) desk.proposals().leaderLost(now());
        if (notice instanceof Notice.SteppedDown) {
            desk.leasing().follow();
            desk.proposals().leaderLost(now());
        }
        notices.note(notice);
    }

    /** No turn follows: what still waits to be taken is refused. */
    void stop() {
        changes.stop();
        while (!desk.mailbox().isEmpty()) {
            for (Mailbox.Input input : desk.mailbox().drain()) {
                if (input instanceof Mailbox.Input.Propose propose)
                    propose.waiting().refuse(Refusal.STOPPED);
                if (input instanceof Mailbox.Input.Call call)
                    call.answer().complete(LeaderCall.Answer.refused(Refusal.STOPPED.name()));
                if (input instanceof Mailbox.Input.SnapshotReady ready)
                    ready.state().discard();
                if (input instanceof Mailbox.Input.HandOver handOver)
                    handOver.done().complete(LeaderCall.Answer.refused(Refusal.STOPPED.name()));
            }
        }
    }

    Notices notices() {
        return notices;
    }

    /** Only the loop's thread may ask. */
    Changes changes() {
        return changes;
    }

    private long now() {
        return desk.ticker().millis();
    }

    /**
     * Numbers that tell requests apart, from a place that depends on the member's id and its start in milliseconds. No two
     * processes of a cluster share one, so an entry of another member or of an earlier life finds nobody waiting: all bits
     * of both count, or two busy members would meet one day.
     */
    static final class RequestIds {
        private final AtomicLong next;

        RequestIds(long memberId, long startMillis) {
            next = new AtomicLong(new SplittableRandom(memberId ^ startMillis << 20).nextLong() >>> 1);
        }

        long next() {
            return next.incrementAndGet();
        }
    }
}
