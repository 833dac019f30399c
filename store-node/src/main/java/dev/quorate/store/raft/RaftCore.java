package dev.quorate.store.raft;

import dev.quorate.store.Bytes;
import java.util.List;
import org.jspecify.annotations.NullUnmarked;

/** One member's consensus as a plain object: ticks, messages and proposals go in, {@link Ready} comes out. */
@NullUnmarked
public final class RaftCore {
    private final RaftConfig config;
    private final List<IllegalStateException> missing = List.of();

    public RaftCore(RaftConfig config, Restored restored) {
        this.config = config;
    }

    /** One unit of time has passed. */
    public void tick() {}

    /** A message of another member arrived (or a snapshot is complete on the disk). */
    public void step(Message message) {}

    public Proposed propose(List<Bytes> datas) {
        return Proposed.NO_LEADER;
    }

    public Proposed proposeChange(MembershipChange change, EntryKind kind, Bytes data) {
        return Proposed.NO_LEADER;
    }

    /** Asks for a linearizable read point. Answered once, in Ready.reads or Ready.readsLost; ids must be unique. */
    public void read(long readId) {}

    public void transferLeadership(long to) {}

    /** Starts an election as if the timeout had passed (with a pre-vote round if configured). */
    public void campaignNow() {}

    /** A message to this follower could not be delivered. */
    public void reportUnreachable(long id) {}

    /** The snapshot stream to this follower ended. */
    public void reportSnapshot(long to, boolean delivered) {}

    /**
     * To be called exactly once for every change entry in Ready.committed, in order, before the next call of any other
     * method; with {@link MembershipChange#NONE} for an entry that turned out to be void.
     */
    public Membership applyChange(MembershipChange change) {
        if (missing.isEmpty()) throw new IllegalStateException("not yet");
        return null;
    }

    /** This batch and all before it are durable. */
    public void persisted(long batch) {}

    /** The state machine has come this far. */
    public void applied(long index) {}

    /** Forgets the entries up to this index, which must be applied. */
    public void compact(long index) {}

    public boolean hasReady() {
        return config == null;
    }

    public Ready ready() {
        if (missing.isEmpty()) throw new IllegalStateException("not yet");
        return null;
    }

    public boolean isLeader() {
        return config == null;
    }

    public long term() {
        return config.self();
    }

    /** 0 if unknown. */
    public long leader() {
        return config.self();
    }

    public long commit() {
        return config.self();
    }

    public Membership membership() {
        if (missing.isEmpty()) throw new IllegalStateException("not yet");
        return null;
    }

    public RaftStatus status() {
        if (missing.isEmpty()) throw new IllegalStateException("not yet");
        return null;
    }
}
