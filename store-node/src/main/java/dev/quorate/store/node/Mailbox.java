package dev.quorate.store.node;

import dev.quorate.store.Bytes;
import dev.quorate.store.node.port.DurableLog;
import dev.quorate.store.node.port.LeaderCall;
import dev.quorate.store.node.port.StagedState;
import dev.quorate.store.node.port.StatePosition;
import dev.quorate.store.raft.Message;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * What waits for the loop, in four lanes: what members say about leadership first, then facts from disk and peers, then
 * ticks, then clients' wishes.
 *
 * <p>Each lane has a limit, so that a flood of entries neither delays nor shuts out the heartbeat that says who leads.
 * A tick never waits behind wishes, and ticks that the loop was too busy to take do not pile up: after a long pause the
 * loop must not believe that many election timeouts have gone by while messages of the leader still lie unread.
 */
public final class Mailbox implements DurableLog.Listener {
    private static final int MAX_MESSAGES = 8_192;
    private static final int WISHES_PER_TURN = 1_024;

    private final int maxWishes;
    private final ConcurrentLinkedQueue<Input> urgent = new ConcurrentLinkedQueue<>();
    private final ConcurrentLinkedQueue<Input> facts = new ConcurrentLinkedQueue<>();
    private final ConcurrentLinkedQueue<Input> wishes = new ConcurrentLinkedQueue<>();
    private final AtomicInteger urgentCount = new AtomicInteger();
    private final AtomicInteger bulkCount = new AtomicInteger();
    private final AtomicInteger wishCount = new AtomicInteger();
    private final AtomicBoolean tick = new AtomicBoolean();
    private volatile DurableLog.Room logRoom = DurableLog.Room.ENOUGH;
    private volatile DurableLog.Room stateRoom = DurableLog.Room.ENOUGH;
    private final LongAdder missedTicks = new LongAdder();
    private volatile @Nullable Thread sleeper;

    public Mailbox(int maxWishes) {
        this.maxWishes = maxWishes;
    }

    @Override
    public void persisted(long batch) {
        if (batch != 0) fact(new Input.Persisted(batch));
    }

    @Override
    public void failed(Throwable cause) {
        fact(new Input.Failed("the log on disk failed", cause));
    }

    @Override
    public void room(DurableLog.Room room) {
        logRoom = room;
    }

    /** The state's disk, which may be another one than the log's. */
    public void stateRoom(DurableLog.Room room) {
        stateRoom = room;
    }

    /** Of the fuller disk. */
    DurableLog.Room room() {
        return logRoom.or(stateRoom);
    }

    /** A message from a peer; lost when its lane is full, as the network may lose it. */
    public boolean deliver(Message message) {
        boolean bulk = message.isBulk();
        AtomicInteger count = bulk ? bulkCount : urgentCount;
        if (count.incrementAndGet() > MAX_MESSAGES) {
            count.decrementAndGet();
            return false;
        }
        (bulk ? facts : urgent).add(new Input.Received(message));
        wake();
        return true;
    }

    public void unreachable(long member) {
        fact(new Input.Unreachable(member));
    }

    /** The others do not let this member in any more. */
    public void removed() {
        fact(new Input.Removed());
    }

    /** A whole state has been received and loaded. */
    public void snapshotReady(Message.InstallSnapshot message, StagedState state) {
        fact(new Input.SnapshotReady(message, state));
    }

    /** Something that happened and must be known. */
    void fact(Input input) {
        facts.add(input);
        wake();
    }

    /**
     * Something that the loop learns when it next looks, with the next tick at the latest. Waking it for every batch that
     * was applied cost a lone client's put one of its nine hand-offs between threads.
     */
    void note(Input input) {
        facts.add(input);
    }

    /** Something a client wants; refused when too many wait. */
    boolean wish(Input input) {
        if (wishCount.incrementAndGet() > maxWishes) {
            wishCount.decrementAndGet();
            return false;
        }
        wishes.add(input);
        wake();
        return true;
    }

    /** One unit of time has passed. */
    public void tick() {
        if (tick.getAndSet(true)) missedTicks.increment();
        wake();
    }

    /** Ticks that came while the one before still waited, and became one with it. */
    long missedTicks() {
        return missedTicks.sum();
    }

    boolean isEmpty() {
        return urgent.isEmpty() && facts.isEmpty() && wishes.isEmpty() && !tick.get();
    }

    /** All messages and facts, at most one tick, and as many wishes as one turn should carry. */
    List<Input> drain() {
        List<Input> inputs = new ArrayList<>();
        int taken = take(urgent, MAX_MESSAGES, inputs);
        urgentCount.addAndGet(-taken);
        takeFacts(inputs);
        if (tick.compareAndSet(true, false)) inputs.add(new Input.Tick());
        taken = take(wishes, WISHES_PER_TURN, inputs);
        wishCount.addAndGet(-taken);
        return inputs;
    }

    private static int take(Queue<Input> lane, int most, List<Input> into) {
        int taken = 0;
        while (taken < most) {
            Input next = lane.poll();
            if (next == null) break;
            into.add(next);
            taken++;
        }
        return taken;
    }

    private void takeFacts(List<Input> into) {
        int from = into.size();
        int taken = take(facts, MAX_MESSAGES, into);
        int messages = 0;
        for (Input fact : into.subList(from, from + taken)) if (fact instanceof Input.Received) messages++;
        bulkCount.addAndGet(-messages);
    }

    /** Blocks the one thread that drains until there is something to drain, or the thread is interrupted. */
    void await() {
        sleeper = Thread.currentThread();
        while (isEmpty() && !Thread.currentThread().isInterrupted()) LockSupport.park(this);
        sleeper = null;
    }

    private void wake() {
        Thread waiting = sleeper;
        if (waiting != null) LockSupport.unpark(waiting);
    }

    /** One thing that the loop takes from its mailbox. */
    sealed interface Input {
        record Tick() implements Input {}

        record Received(Message message) implements Input {}

        record Persisted(long batch) implements Input {}

        /** The apply thread has come so far. */
        record Applied(StatePosition position) implements Input {}

        /** A wish of a client, already encoded. */
        record Propose(Proposals.Waiting waiting, Bytes data) implements Input {}

        /** Somebody waits in the reads' queue. */
        record ReadWanted() implements Input {}

        record Call(LeaderCall call, CompletableFuture<LeaderCall.Answer> answer) implements Input {}

        /** A whole state lies ready beside the present one. */
        record SnapshotReady(Message.InstallSnapshot message, StagedState state) implements Input {}

        record SnapshotSent(long to, long delivered) implements Input {}

        /** The state on disk is safe up to here. */
        record Forced(StatePosition position) implements Input {}

        /** A peer could not be reached. */
        record Unreachable(long peer) implements Input {}

        /** A peer says that this member is none any more. */
        record Removed() implements Input {}

        /** The received state is now the state on disk. */
        record Installed(StatePosition position) implements Input {}

        /** The list of members, as readers see it, has come so far. */
        record MembersApplied(long index) implements Input {}

        /** Something that the member cannot live without has failed. */
        record Failed(String what, Throwable cause) implements Input {}

        /** The process is about to stop: somebody else should lead. */
        record HandOver(CompletableFuture<LeaderCall.Answer> done) implements Input {}
    }
}
