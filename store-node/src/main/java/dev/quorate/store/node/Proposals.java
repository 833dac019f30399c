package dev.quorate.store.node;

import dev.quorate.store.Bytes;
import dev.quorate.store.codec.CommandCodec;
import dev.quorate.store.node.port.DurableLog;
import dev.quorate.store.raft.Proposed;
import dev.quorate.store.raft.RaftCore;
import dev.quorate.store.state.Command;
import dev.quorate.store.state.Envelope;
import dev.quorate.store.state.Outcome;
import dev.quorate.store.state.Quota;
import dev.quorate.store.state.Refusal;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.LongConsumer;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

/**
 * The proposals of this member's clients, from the mailbox to the answer.
 *
 * <p>All that one turn finds become one append. While no leader is known they wait here instead of failing: most
 * elections are over long before a client gives up. So they do while this member applies far behind what is committed,
 * as after a pause: etcd refuses them then, though the member has mostly caught up before a client could come again.
 * The loop adds and expires; the apply thread takes out.
 *
 * <p>What raft took in a term and a later term left behind is proposed again, see {@link #termApplied}.
 */
final class Proposals {
    /** More than this in one append would make every entry of it wait for a long write. */
    private static final long BATCH_BYTES = 4L << 20;

    private static final int MAX_PARKED = 20_000;

    /**
     * What raft has taken and this member has not applied yet. A disk that gets full shows while half a file of the value
     * log is free at least, and all that is under way must find room there.
     */
    static final long MAX_UNDER_WAY_BYTES = 24L << 20;

    /** Of what waits here; it leaves piece by piece. */
    private static final long MAX_WAITING_BYTES =
            Math.min(256L << 20, Runtime.getRuntime().maxMemory() / 4);

    private final Map<Long, Waiting> waiting = new ConcurrentHashMap<>();
    private final Deadlines deadlines = new Deadlines();
    private final LongAdder failed = new LongAdder();
    private final long timeoutMillis;
    private final int maxUnapplied;
    private final LongSupplier appliedIndex;
    private final Supplier<DurableLog.Room> room;
    private final AtomicLong underWayBytes = new AtomicLong();
    private List<Mailbox.Input.Propose> next = new ArrayList<>();
    private long nextBytes;
    private boolean parked;
    private volatile boolean waitsForOthers;
    private boolean behind;
    private long appliedTerm;
    private long leaderLostMillis = Long.MIN_VALUE;

    /** With more than {@code maxUnapplied} entries committed but not applied, what is proposed waits. */
    Proposals(long timeoutMillis, int maxUnapplied, LongSupplier appliedIndex, Supplier<DurableLog.Room> room) {
        this.timeoutMillis = timeoutMillis;
        this.maxUnapplied = maxUnapplied;
        this.appliedIndex = appliedIndex;
        this.room = room;
    }

    void take(Mailbox.Input.Propose proposal, long nowMillis) {
        add(proposal.waiting(), nowMillis);
        enqueue(proposal);
    }

    private void enqueue(Mailbox.Input.Propose proposal) {
        next.add(proposal);
        nextBytes += proposal.data().size();
    }

    private List<Mailbox.Input.Propose> takeNext() {
        List<Mailbox.Input.Propose> all = next;
        next = new ArrayList<>();
        nextBytes = 0;
        return all;
    }

    /** Waits for the entry of something that raft took in another way. */
    void watch(Waiting one, long term, long nowMillis) {
        one.takenInTerm = term;
        add(one, nowMillis);
    }

    private void add(Waiting one, long nowMillis) {
        waiting.put(one.requestId(), one);
        deadlines.add(one.requestId(), nowMillis + timeoutMillis);
    }

    /** Hands everything that waits to raft, at the end of the intake of one turn. */
    void submit(RaftCore raft) {
        behind = raft.commit() - appliedIndex.getAsLong() > maxUnapplied;
        refuseWhatDoesNotFit();
        if (next.isEmpty() || mustWait(raft)) return;
        List<Mailbox.Input.Propose> all = takeNext();
        int from = 0;
        while (from < all.size() && underWayBytes.get() < MAX_UNDER_WAY_BYTES) {
            int to = endOfBatch(all, from);
            List<Mailbox.Input.Propose> batch = all.subList(from, to);
            List<Bytes> datas = new ArrayList<>(batch.size());
            for (Mailbox.Input.Propose proposal : batch) datas.add(proposal.data());
            settle(raft.propose(datas), raft.term(), batch);
            from = to;
        }
        waitsForOthers = from < all.size();
        if (waitsForOthers) {
            parked = true;
            keepLiving(all.subList(from, all.size()));
        }
        refuseTheLatest();
    }

    /** With little room only what makes room is taken, with none nothing. */
    static boolean fits(Command command, DurableLog.Room room) {
        return switch (room) {
            case ENOUGH -> true;
            case LOW -> Quota.costBytes(command) == 0;
            case NONE -> false;
        };
    }

    /** The disk got full while they waited here. */
    private void refuseWhatDoesNotFit() {
        DurableLog.Room now = room.get();
        if (next.isEmpty() || now == DurableLog.Room.ENOUGH) return;
        List<Mailbox.Input.Propose> large = new ArrayList<>();
        for (Mailbox.Input.Propose one : takeNext()) {
            if (fits(one.waiting().command(), now)) enqueue(one);
            else large.add(one);
        }
        refuse(large, Refusal.NO_SPACE);
    }

    private boolean mustWait(RaftCore raft) {
        if (raft.leader() == 0 || behind) {
            refuseTheLatest();
            parked = true;
            return true;
        }
        if (!parked) return false;
        parked = false;
        keepLiving(takeNext());
        return next.isEmpty();
    }

    private boolean isTooMuch() {
        return next.size() > MAX_PARKED || (nextBytes > MAX_WAITING_BYTES && next.size() > 1);
    }

    private void refuseTheLatest() {
        if (!isTooMuch()) return;
        keepLiving(takeNext());
        List<Mailbox.Input.Propose> late = new ArrayList<>();
        while (isTooMuch()) {
            Mailbox.Input.Propose latest = next.removeLast();
            nextBytes -= latest.data().size();
            late.add(latest);
        }
        refuse(late, Refusal.TOO_MANY_REQUESTS);
    }

    private static int endOfBatch(List<Mailbox.Input.Propose> all, int from) {
        long bytes = 0;
        int to = from;
        while (to < all.size() && bytes < BATCH_BYTES)
            bytes += all.get(to++).data().size();
        return to;
    }

    private void settle(Proposed proposed, long term, List<Mailbox.Input.Propose> batch) {
        switch (proposed) {
            case ACCEPTED, FORWARDED -> {
                for (Mailbox.Input.Propose proposal : batch) underWay(proposal, term);
            }
            case NO_LEADER, TRANSFERRING -> {
                parked = true;
                keepLiving(batch);
            }
            case TOO_MUCH_UNCOMMITTED, CHANGE_PENDING, CHANGE_INVALID -> refuse(batch, Refusal.TOO_MANY_REQUESTS);
            case NOT_A_MEMBER -> refuse(batch, Refusal.STOPPED);
        }
    }

    private void underWay(Mailbox.Input.Propose proposal, long term) {
        Waiting one = proposal.waiting();
        one.takenInTerm = term;
        underWayBytes.addAndGet(one.underWay(proposal.data().size()));
    }

    private void notUnderWay(Waiting one) {
        underWayBytes.addAndGet(one.underWay(0));
    }

    /** What was on its way to the leader may be lost. It is waited for, but others need not wait behind it. */
    void lostOnTheWay() {
        waiting.values().forEach(this::notUnderWay);
    }

    /** Whether something goes on as soon as others are applied. */
    boolean waitsForOthers() {
        return waitsForOthers;
    }

    /** What has expired meanwhile is not proposed any more: its client was told that it may not have happened. */
    private void keepLiving(List<Mailbox.Input.Propose> batch) {
        for (Mailbox.Input.Propose proposal : batch) {
            if (waiting.containsKey(proposal.waiting().requestId())) enqueue(proposal);
        }
    }

    private void refuse(List<Mailbox.Input.Propose> batch, Refusal reason) {
        for (Mailbox.Input.Propose proposal : batch)
            take(proposal.waiting().requestId()).ifPresent(one -> one.refuse(reason));
    }

    /** The request with this id if its client still waits here; it is taken out. Any thread. */
    Optional<Waiting> take(long requestId) {
        Waiting one = waiting.remove(requestId);
        if (one != null) notUnderWay(one);
        return Optional.ofNullable(one);
    }

    /** As {@link #take}, but it stays: its time can still be over before its answer is there. */
    Optional<Waiting> find(long requestId) {
        return Optional.ofNullable(waiting.get(requestId));
    }

    /**
     * An entry of this term has been applied here, and so has all that stands before it in the log.
     *
     * <p>Only the leader of the term in which raft took a proposal can have made an entry of it, of that very term, and
     * terms never go back in a log. So what was taken in an earlier term and is not applied by now never will be: it is
     * proposed again, instead of letting its client wait in vain. A change of the membership is refused: its caller
     * decides whether it still fits.
     */
    void termApplied(long term) {
        if (term <= appliedTerm) return;
        appliedTerm = term;
        for (Waiting one : takenBefore(term)) {
            if (one.command() instanceof Command.MembersChange) {
                take(one.requestId()).ifPresent(gone -> gone.refuse(Refusal.TIMEOUT_LEADER_FAIL));
                continue;
            }
            one.takenInTerm = 0;
            notUnderWay(one);
            parked = true;
            enqueue(new Mailbox.Input.Propose(one, CommandCodec.encode(new Envelope(one.requestId(), one.command()))));
        }
    }

    /** The state was replaced by one of this term: nobody here can tell any more what of the earlier is in it. */
    void stateReplaced(long term) {
        appliedTerm = Math.max(appliedTerm, term);
        for (Waiting one : takenBefore(term + 1))
            take(one.requestId()).ifPresent(gone -> gone.refuse(Refusal.TIMEOUT_LEADER_FAIL));
    }

    private List<Waiting> takenBefore(long term) {
        List<Waiting> all = new ArrayList<>();
        for (Waiting one : waiting.values()) if (one.takenInTerm != 0 && one.takenInTerm < term) all.add(one);
        all.sort(Comparator.comparingLong(Waiting::requestId));
        return all;
    }

    void leaderLost(long nowMillis) {
        leaderLostMillis = nowMillis;
    }

    void expire(long nowMillis) {
        boolean leaderFailed = leaderLostMillis != Long.MIN_VALUE && nowMillis - leaderLostMillis <= 2 * timeoutMillis;
        Refusal reason = leaderFailed ? Refusal.TIMEOUT_LEADER_FAIL : Refusal.TIMEOUT;
        deadlines.expire(
                nowMillis,
                id -> take(id).ifPresent(one -> {
                    failed.increment();
                    one.refuse(behind && one.takenInTerm == 0 ? Refusal.TOO_MANY_REQUESTS : reason);
                }));
    }

    void stop() {
        for (Long id : List.copyOf(waiting.keySet())) take(id).ifPresent(one -> one.refuse(Refusal.STOPPED));
    }

    long failed() {
        return failed.sum();
    }

    int pending() {
        return waiting.size();
    }

    /** A request whose answer is not there yet; the decoded command spares its own member a second decoding. */
    static final class Waiting {
        private final long requestId;
        private final Command command;
        private final CompletableFuture<Outcome> answer;

        /** When raft took it; 0 as long as it waits here. Only the loop asks. */
        private long takenInTerm;

        /** What it counts in what is under way. */
        private long underWayBytes;

        Waiting(long requestId, Command command, CompletableFuture<Outcome> answer) {
            this.requestId = requestId;
            this.command = command;
            this.answer = answer;
        }

        long requestId() {
            return requestId;
        }

        Command command() {
            return command;
        }

        CompletableFuture<Outcome> answer() {
            return answer;
        }

        /** The loop and the apply thread; returns by how much it changes. */
        private synchronized long underWay(long bytes) {
            long change = bytes - underWayBytes;
            underWayBytes = bytes;
            return change;
        }

        void refuse(Refusal reason) {
            answer.complete(new Outcome.Refused(reason));
        }
    }

    /**
     * When which request has waited long enough, in buckets of a quarter of a second.
     *
     * <p>All requests wait equally long, so a queue of buckets is a sorted order, and a request that was answered costs
     * eight bytes until its bucket is due instead of a timer.
     */
    static final class Deadlines {
        private static final long BUCKET_MILLIS = 250;

        private final Deque<Bucket> buckets = new ArrayDeque<>();

        private static final class Bucket {
            final long due;
            long[] ids = new long[16];
            int size;

            Bucket(long due) {
                this.due = due;
            }
        }

        void add(long id, long dueMillis) {
            Bucket last = buckets.peekLast();
            if (last == null || last.due < dueMillis) {
                last = new Bucket(dueMillis + BUCKET_MILLIS);
                buckets.addLast(last);
            }
            if (last.size == last.ids.length) last.ids = Arrays.copyOf(last.ids, last.size * 2);
            last.ids[last.size++] = id;
        }

        void expire(long nowMillis, LongConsumer expired) {
            for (Bucket first = buckets.peekFirst();
                    first != null && first.due <= nowMillis;
                    first = buckets.peekFirst()) {
                buckets.removeFirst();
                for (int i = 0; i < first.size; i++) expired.accept(first.ids[i]);
            }
        }
    }
}
