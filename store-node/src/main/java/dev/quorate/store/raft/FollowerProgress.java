package dev.quorate.store.raft;

import dev.quorate.store.raft.RaftStatus.FollowerView;
import dev.quorate.store.raft.RaftStatus.ProgressName;
import java.util.ArrayDeque;
import java.util.Deque;

/**
 * What a leader knows about one follower, and how it may send to it.
 *
 * <pre>
 * Probing       one append at a time, until one is acknowledged: the follower's log is unknown
 * Replicating   a stream of appends without waiting, up to the limits of Inflights
 * Snapshotting  heartbeats only: the log no longer reaches back to where the follower is
 *
 * Probing      → Replicating   an append is acknowledged
 * Replicating  → Probing       an append is refused, or the follower is unreachable
 * any          → Snapshotting  the next entry to send is compacted
 * Snapshotting → Replicating   the follower has reached the log
 * Snapshotting → Probing       the stream ended, well or badly
 * </pre>
 */
final class FollowerProgress {
    /* match < next; everything up to match is durable at the follower; everything below next is sent or known there. */
    sealed interface Phase permits Probing, Replicating, Snapshotting {}

    /** {@code waiting}: a probe is out and nothing more is sent until an answer or a heartbeat's answer. */
    static final class Probing implements Phase {
        boolean waiting;
    }

    record Replicating(Inflights inflights) implements Phase {}

    record Snapshotting() implements Phase {}

    final long id;
    long match;
    long next;
    Phase phase = new Probing();
    /** Heard of since the last check of the quorum. */
    boolean active;
    /** Since it was last heard of. */
    int silentTicks;
    /** The newest read round that it confirmed. */
    long readRound;

    long durableCommit;
    /** The commit index that it was told with its newest append. */
    long commitSent;
    /** A heartbeat of the clock is out: its answer may start what got stuck. Those of read rounds are too many. */
    boolean nudgeDue;

    FollowerProgress(long id, long next) {
        this.id = id;
        this.next = next;
    }

    void heard() {
        active = true;
        silentTicks = 0;
    }

    void probe(long from) {
        phase = new Probing();
        next = from;
        commitSent = 0;
    }

    void replicate(RaftConfig config) {
        phase = new Replicating(new Inflights(config.maxInflightMessages(), config.maxInflightBytes()));
        next = match + 1;
        commitSent = 0;
    }

    FollowerView view(boolean learner) {
        return switch (phase) {
            case Probing _ -> view(ProgressName.PROBING, learner, 0);
            case Replicating r -> view(ProgressName.REPLICATING, learner, r.inflights.count());
            case Snapshotting _ -> view(ProgressName.SNAPSHOTTING, learner, 0);
        };
    }

    private FollowerView view(ProgressName name, boolean learner, int inflight) {
        return new FollowerView(id, match, next, name, learner, active, silentTicks, inflight);
    }

    /** The appends under way to one follower, limited in number and bytes. */
    static final class Inflights {
        private record Sent(long lastIndex, long sizeBytes) {}

        private final Deque<Sent> sent = new ArrayDeque<>();
        private final int maxMessages;
        private final long maxBytes;
        private long bytes;

        Inflights(int maxMessages, long maxBytes) {
            this.maxMessages = maxMessages;
            this.maxBytes = maxBytes;
        }

        void add(long lastIndex, long sizeBytes) {
            sent.addLast(new Sent(lastIndex, sizeBytes));
            bytes += sizeBytes;
        }

        void acknowledged(long upTo) {
            while (!sent.isEmpty() && sent.getFirst().lastIndex <= upTo) bytes -= sent.removeFirst().sizeBytes;
        }

        boolean isFull() {
            return sent.size() >= maxMessages || bytes >= maxBytes;
        }

        int count() {
            return sent.size();
        }
    }
}
