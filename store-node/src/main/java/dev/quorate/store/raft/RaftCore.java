package dev.quorate.store.raft;

import dev.quorate.store.Bytes;
import java.util.List;

/** One member's consensus as a plain object: ticks, messages and proposals go in, {@link Ready} comes out. */
public final class RaftCore {
    public RaftCore(RaftConfig config, Restored restored) {}

    /** One unit of time has passed. */
    public void tick() {}

    /** A message of another member arrived (or a snapshot is complete on the disk). */
    public void step(Message message) {}

    public Proposed propose(List<Bytes> datas) {
        throw new UnsupportedOperationException("not yet");
    }

    public Proposed proposeChange(MembershipChange change, EntryKind kind, Bytes data) {
        throw new UnsupportedOperationException("not yet");
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
        throw new UnsupportedOperationException("not yet");
    }

    /** This batch and all before it are durable. */
    public void persisted(long batch) {}

    /** The state machine has come this far. */
    public void applied(long index) {}

    /** Forgets the entries up to this index, which must be applied. */
    public void compact(long index) {}

    public boolean hasReady() {
        throw new UnsupportedOperationException("not yet");
    }

    public Ready ready() {
        throw new UnsupportedOperationException("not yet");
    }

    public boolean isLeader() {
        throw new UnsupportedOperationException("not yet");
    }

    public long term() {
        throw new UnsupportedOperationException("not yet");
    }

    /** 0 if unknown. */
    public long leader() {
        throw new UnsupportedOperationException("not yet");
    }

    public long commit() {
        throw new UnsupportedOperationException("not yet");
    }

    public Membership membership() {
        throw new UnsupportedOperationException("not yet");
    }

    public RaftStatus status() {
        throw new UnsupportedOperationException("not yet");
    }
}
