package dev.quorate.store.node;

import dev.quorate.store.Bytes;
import dev.quorate.store.codec.CommandCodec;
import dev.quorate.store.mvcc.ValueLog;
import dev.quorate.store.node.port.DurableLog;
import dev.quorate.store.node.port.LeaderCall;
import dev.quorate.store.node.port.Peers;
import dev.quorate.store.node.port.SnapshotStore;
import dev.quorate.store.node.port.StagedState;
import dev.quorate.store.node.port.StatePosition;
import dev.quorate.store.raft.Entry;
import dev.quorate.store.raft.Membership;
import dev.quorate.store.raft.RaftCore;
import dev.quorate.store.state.Alarm;
import dev.quorate.store.state.Command;
import dev.quorate.store.state.Envelope;
import dev.quorate.store.state.Outcome;
import dev.quorate.store.state.Quota;
import dev.quorate.store.state.Refusal;
import dev.quorate.store.state.StoreState;
import dev.quorate.store.watch.WatchRegistry;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One member of a cluster. Any thread may call; nothing blocks.
 *
 * <p>Futures are completed by the node's own threads: what hangs on them must be short or run elsewhere. Expected
 * refusals are values, never exceptions.
 */
public final class Node {
    private static final Logger LOG = LoggerFactory.getLogger(Node.class);
    private static final int MAX_BATCH_ENTRIES = 1_000;

    private final Parts parts;
    private final Loop.Desk desk;
    private final Applier applier;
    private final Loop loop;
    private final BlockingQueue<Applier.Work> work = new LinkedBlockingQueue<>();
    private final MemberCalls calls;
    private final Quarantine quarantine;
    private volatile boolean stopped;
    /** The last NOSPACE alarm that was asked for. */
    private CompletableFuture<Outcome> spaceAlarm = CompletableFuture.completedFuture(new Outcome.Done());

    /** What a node is put together from. */
    public record Parts(
            NodeStatus.NodeIdentity identity,
            NodeConfig config,
            RaftCore raft,
            StagedState.Active start,
            Mailbox mailbox,
            Outside outside) {}

    /**
     * The ports.
     *
     * @param shutOut hears why this member may not take part any more
     */
    public record Outside(
            DurableLog log,
            Peers peers,
            SnapshotStore snapshots,
            StateForcer forcer,
            Ticker ticker,
            Consumer<String> shutOut) {}

    public Node(Parts parts) {
        this.parts = parts;
        NodeConfig config = parts.config();
        Outside outside = parts.outside();
        long timeout = config.timing().requestTimeoutMillis();
        Pulse pulse = new Pulse(config.timing().heartbeatMillis());
        Reads reads = new Reads(timeout, this::appliedIndex, pulse);
        this.desk = new Loop.Desk(
                parts.identity(),
                config,
                parts.mailbox(),
                new Proposals(
                        timeout, config.serving().limits().unapplied(), this::appliedIndex, parts.mailbox()::room),
                reads,
                new Leasing(config.timing().electionMillis()),
                new Loop.RequestIds(
                        parts.identity().memberId(), outside.ticker().wallMillis()),
                pulse,
                outside.ticker());
        this.applier = new Applier(parts.start(), desk);
        LogUpkeep upkeep = new LogUpkeep(
                config.storage(), config.timing(), parts.mailbox(), outside.forcer(), parts.start(), parts.raft());
        this.loop = new Loop(desk, parts.raft(), outside, applier, upkeep, work::add);
        this.quarantine = loop.quarantine();
        this.calls = new MemberCalls(desk, applier, loop.notices(), outside.peers(), this::readPoint);
    }

    // ---- the node's own threads

    /** One turn of the loop with everything that waits; false if nothing waited. Only one thread may call. */
    public boolean turn() {
        if (desk.mailbox().isEmpty()) return false;
        loop.turn(desk.mailbox().drain());
        calls.retry();
        return true;
    }

    /** Applies the next piece that the loop has handed out; false if there is none. Only one thread may call. */
    public boolean applyNext() {
        Applier.Work next = work.poll();
        if (next == null) return applier.compactStep();
        applier.run(withFollowers(next));
        return true;
    }

    /** What was committed in several turns while the apply thread was busy becomes one batch of the value log. */
    private Applier.Work withFollowers(Applier.Work first) {
        if (!(first instanceof Applier.Work.Committed committed) || !(work.peek() instanceof Applier.Work.Committed))
            return first;
        List<Entry> entries = new ArrayList<>(committed.entries());
        List<Membership> memberships = new ArrayList<>(committed.memberships());
        while (entries.size() < MAX_BATCH_ENTRIES && work.peek() instanceof Applier.Work.Committed next) {
            entries.addAll(next.entries());
            memberships.addAll(next.memberships());
            work.remove();
        }
        return new Applier.Work.Committed(entries, memberships);
    }

    void awaitInput() {
        desk.mailbox().await();
    }

    void awaitWork() throws InterruptedException {
        OptionalLong pause = applier.compactWhenDue();
        Applier.Work next = pause.isEmpty() ? work.take() : work.poll(pause.getAsLong(), TimeUnit.NANOSECONDS);
        if (next != null) applier.run(withFollowers(next));
    }

    /** Both threads look around. */
    void wake() {
        work.add(new Applier.Work.Nothing());
        desk.mailbox().tick();
    }

    // ---- clients

    /** Completed when this member has applied the command, with its outcome. */
    public CompletableFuture<Outcome> propose(Command command) {
        Command wanted = calls.admissible(command);
        Optional<Refusal> refusal = refusal(wanted);
        if (refusal.isPresent()) return refused(refusal.get());
        if (isOverQuota(wanted)) return refusedWithAlarm();
        long requestId = desk.requestIds().next();
        Bytes data = CommandCodec.encode(new Envelope(requestId, wanted));
        if (data.size() > parts.config().serving().limits().maxRequestBytes())
            return refused(Refusal.REQUEST_TOO_LARGE);
        CompletableFuture<Outcome> answer = new CompletableFuture<>();
        boolean taken =
                desk.mailbox().wish(new Mailbox.Input.Propose(new Proposals.Waiting(requestId, wanted, answer), data));
        if (stopped) answer.complete(new Outcome.Refused(Refusal.STOPPED));
        return taken ? answer : refused(Refusal.TOO_MANY_REQUESTS);
    }

    private Optional<Refusal> refusal(Command command) {
        if (stopped) return Optional.of(Refusal.STOPPED);
        if (!Proposals.fits(command, room())) return Optional.of(Refusal.NO_SPACE);
        return quarantine.forbids(command);
    }

    /**
     * Over the quota nothing that grows is taken any more, and everybody is told until somebody disarms it. What counts is
     * what lives: the rest goes by itself, so there is nothing to defragment before one can write again, and deletions,
     * compactions and revocations always have room.
     */
    private boolean isOverQuota(Command command) {
        long cost = Quota.costBytes(command);
        return cost > 0
                && applier.log().liveBytes() + cost >= parts.config().storage().quotaInForceBytes();
    }

    /** Whoever is refused finds the alarm raised, as in etcd. */
    private synchronized CompletableFuture<Outcome> refusedWithAlarm() {
        if (spaceAlarm.isDone()) {
            Alarm alarm = new Alarm(parts.identity().memberId(), Alarm.Kind.NO_SPACE);
            spaceAlarm = propose(new Command.AlarmChange(Command.AlarmChange.Action.ACTIVATE, alarm));
        }
        return spaceAlarm.thenApply(outcome -> new Outcome.Refused(Refusal.NO_SPACE));
    }

    private static CompletableFuture<Outcome> refused(Refusal reason) {
        return CompletableFuture.completedFuture(new Outcome.Refused(reason));
    }

    /** Completed empty when a read of {@link #state} is linearizable. */
    public CompletableFuture<Optional<Refusal>> readPoint() {
        if (stopped) return CompletableFuture.completedFuture(Optional.of(Refusal.STOPPED));
        CompletableFuture<Optional<Refusal>> reader = new CompletableFuture<>();
        if (desk.reads().add(reader)) desk.mailbox().fact(new Mailbox.Input.ReadWanted());
        if (stopped) reader.complete(Optional.of(Refusal.STOPPED));
        return reader;
    }

    /** The state as of the last applied batch. It is another object after a snapshot came in: do not keep it. */
    public StoreState state() {
        return applier.state();
    }

    /** Why this member's state must not be shown to anybody; empty as long as it may. Asked for every read. */
    public Optional<Refusal> silence() {
        return quarantine.silence();
    }

    /** True while this member's state cannot be trusted. */
    public boolean isCorrupt() {
        return quarantine.isCorrupt();
    }

    /** Bytes on the disk are not what was written: this member stops serving and says so. Any thread may tell. */
    public void damaged(String what) {
        if (!applier.damage().isEmpty()) return;
        LOG.error("CORRUPT: {}", what);
        applier.damaged(what);
    }

    public WatchRegistry watches() {
        return applier.watches();
    }

    /** The whole state, in files of its own or in etcd's format. What it gives takes its time. */
    public SnapshotStore snapshots() {
        return parts.outside().snapshots();
    }

    /** Leases, members and leadership: what the leader answers, wherever the client asked. */
    public MemberCalls calls() {
        return calls;
    }

    public NodeConfig config() {
        return parts.config();
    }

    public NodeStatus.NodeIdentity identity() {
        return parts.identity();
    }

    /** Cheap: asked for every call. */
    public NodeStatus.RaftView raft() {
        return loop.notices().view();
    }

    /** Removed, and not needed any more to end the joint change that removed it. */
    public boolean hasLeft(long member) {
        return state().members().wasRemoved(member) && !raft().takesPart(member);
    }

    public NodeStatus status() {
        StatePosition position = applier.position();
        ValueLog log = applier.log();
        long digestIndex = applier.digests().last();
        OptionalLong digest = applier.digests().at(digestIndex);
        return new NodeStatus(
                parts.identity(),
                loop.notices().view(),
                new NodeStatus.Progress(
                        Math.max(loop.notices().commit(), position.index()),
                        position.index(),
                        position.term(),
                        digest.isPresent() ? digestIndex : 0,
                        digest.orElse(0)),
                position.revision(),
                new NodeStatus.Sizes(
                        log.sizeBytes(),
                        log.liveBytes(),
                        parts.config().storage().quotaInForceBytes()),
                new NodeStatus.Counters(
                        loop.notices().leaderChanges(),
                        desk.proposals().pending(),
                        desk.proposals().failed()));
    }

    public Pulse pulse() {
        return desk.pulse();
    }

    /** Keys put since the start. */
    public long puts() {
        return applier.puts();
    }

    /** Keys deleted since the start, also by the end of their lease. */
    public long deletes() {
        return applier.deletes();
    }

    /** Ticks that came while the one before still waited. */
    public long missedTicks() {
        return desk.mailbox().missedTicks();
    }

    private long appliedIndex() {
        return applier.position().index();
    }

    /** Hands leadership over if it is here; completed when somebody else leads or nobody can. */
    public CompletableFuture<LeaderCall.Answer> handOver() {
        CompletableFuture<LeaderCall.Answer> done = new CompletableFuture<>();
        desk.mailbox().fact(new Mailbox.Input.HandOver(done));
        return done;
    }

    /** How much room the disks have; clients' writes depend on it. */
    public DurableLog.Room room() {
        return desk.mailbox().room();
    }

    public boolean isStopped() {
        return stopped;
    }

    /** Takes nothing more and answers everybody who waits. The threads must have ended. */
    public void stop() {
        stopped = true;
        desk.leasing().follow();
        desk.proposals().stop();
        desk.reads().stop();
        applier.stop();
        loop.stop();
        calls.stop();
    }

    /** Port: makes the state on disk safe from a power cut, in the background. */
    public interface StateForcer {
        /** Tells once how far the state is safe. Returns at once. */
        void force(Consumer<StatePosition> safe);
    }

    /** Time, as the loop sees it: the simulator's clock stands still until it is moved. */
    public interface Ticker {
        /** Monotonic milliseconds since any moment. */
        long millis();

        /** Milliseconds since 1970, for identifiers only: two members may disagree. */
        long wallMillis();
    }
}
