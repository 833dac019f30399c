package dev.quorate.store.node;

import dev.quorate.store.raft.RaftCore;
import dev.quorate.store.raft.Ready.ReadPoint;
import dev.quorate.store.state.Refusal;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import java.util.function.LongSupplier;

/**
 * Linearizable read points: every reader that came before a question was asked shares its answer.
 *
 * <p>One question is under way at a time; who comes meanwhile is in the next one. A question without an answer is
 * asked again with a new id, never the old one, whose late answer would be too old for readers that joined since.
 */
final class Reads {
    private static final long RETRY_MILLIS = 500;

    private final ConcurrentLinkedQueue<CompletableFuture<Optional<Refusal>>> arrivals = new ConcurrentLinkedQueue<>();
    private final AtomicBoolean called = new AtomicBoolean();
    private final long timeoutMillis;
    private final LongSupplier appliedIndex;
    private final Pulse pulse;
    /** Everybody whom the question under way will answer; who joined at a later try has a later deadline. */
    private final Deque<Round> asking = new ArrayDeque<>();

    private long askedId;
    private long askedMillis;
    private long lastId;

    /** Confirmed rounds whose index is not applied yet, by index. Guarded by itself: the apply thread releases them. */
    private final Deque<Round> confirmed = new ArrayDeque<>();

    private static final class Round {
        final List<Consumer<Optional<Refusal>>> readers = new ArrayList<>();
        final long dueMillis;
        long index;

        Round(long dueMillis) {
            this.dueMillis = dueMillis;
        }

        void answer(Optional<Refusal> refusal) {
            for (Consumer<Optional<Refusal>> reader : readers) reader.accept(refusal);
        }
    }

    Reads(long timeoutMillis, LongSupplier appliedIndex, Pulse pulse) {
        this.pulse = pulse;
        this.timeoutMillis = timeoutMillis;
        this.appliedIndex = appliedIndex;
    }

    /** Any thread. True if the loop must be called. */
    boolean add(CompletableFuture<Optional<Refusal>> reader) {
        arrivals.add(reader);
        return called.compareAndSet(false, true);
    }

    /** The loop, once a turn. */
    void submit(RaftCore raft, long nowMillis) {
        if (asking.isEmpty() && gather(nowMillis)) ask(raft, nowMillis);
    }

    private boolean gather(long nowMillis) {
        called.set(false);
        Round round = new Round(nowMillis + timeoutMillis);
        for (var reader = arrivals.poll(); reader != null; reader = arrivals.poll())
            round.readers.add(reader::complete);
        if (round.readers.isEmpty()) return false;
        asking.addLast(round);
        return true;
    }

    private void ask(RaftCore raft, long nowMillis) {
        askedId = ++lastId;
        askedMillis = nowMillis;
        raft.read(askedId);
    }

    private void askAgain(RaftCore raft, long nowMillis) {
        pulse.slowRead();
        ask(raft, nowMillis);
    }

    void answered(ReadPoint point) {
        if (asking.isEmpty() || point.readId() != askedId) return;
        synchronized (confirmed) {
            for (Round round : asking) {
                round.index = point.index();
                confirmed.addLast(round);
            }
        }
        asking.clear();
        applied(appliedIndex.getAsLong()); // the apply thread may have passed the index before it could see the rounds
    }

    /** The leader that was asked is no longer one: the next tick asks the next leader. */
    void lost(long readId) {
        if (readId == askedId) askedMillis = Long.MIN_VALUE / 2;
    }

    void tick(RaftCore raft, long nowMillis) {
        if (!asking.isEmpty()) {
            Optional<Refusal> late = Optional.of(raft.leader() == 0 ? Refusal.NO_LEADER : Refusal.TIMEOUT);
            while (!asking.isEmpty() && asking.getFirst().dueMillis <= nowMillis) {
                pulse.failedRead();
                asking.removeFirst().answer(late);
            }
            if (nowMillis - askedMillis >= RETRY_MILLIS) {
                gather(nowMillis);
                if (!asking.isEmpty()) askAgain(raft, nowMillis);
            }
        }
        expireConfirmed(nowMillis);
    }

    private void expireConfirmed(long nowMillis) {
        List<Round> late = new ArrayList<>();
        synchronized (confirmed) {
            while (!confirmed.isEmpty() && confirmed.getFirst().dueMillis <= nowMillis)
                late.add(confirmed.removeFirst());
        }
        for (Round round : late) round.answer(Optional.of(Refusal.TIMEOUT_WAIT_APPLIED));
    }

    /** The apply thread: the state, as readers see it, has come this far. */
    void applied(long index) {
        while (true) {
            Round round;
            synchronized (confirmed) {
                if (confirmed.isEmpty() || confirmed.getFirst().index > index) return;
                round = confirmed.removeFirst();
            }
            round.answer(Optional.empty());
        }
    }

    /** Calls back when the state has come this far, or time is over. Any thread. */
    void whenApplied(long index, long dueMillis, Consumer<Optional<Refusal>> then) {
        Round round = new Round(dueMillis);
        round.index = index;
        round.readers.add(then);
        synchronized (confirmed) {
            Deque<Round> later = new ArrayDeque<>();
            while (!confirmed.isEmpty() && confirmed.getLast().index > index) later.addFirst(confirmed.removeLast());
            confirmed.addLast(round);
            confirmed.addAll(later);
        }
        applied(appliedIndex.getAsLong());
    }

    void stop() {
        Optional<Refusal> stopped = Optional.of(Refusal.STOPPED);
        for (Round round : asking) round.answer(stopped);
        asking.clear();
        for (var reader = arrivals.poll(); reader != null; reader = arrivals.poll()) reader.complete(stopped);
        List<Round> rest;
        synchronized (confirmed) {
            rest = List.copyOf(confirmed);
            confirmed.clear();
        }
        for (Round round : rest) round.answer(stopped);
    }
}
