package dev.quorate.store.raft;

import dev.quorate.store.Bytes;
import java.util.List;

/**
 * What members say to each other. {@code term} is always the sender's own term, without exception. Messages may be
 * lost, doubled, delayed and reordered.
 */
public sealed interface Message {
    long from();

    long to();

    long term();

    /** Carries what clients wrote, as much as they like: it may wait, and what is not bulk never waits behind it. */
    default boolean isBulk() {
        return this instanceof Append || this instanceof Forward;
    }

    /**
     * Would you vote for me in the term after mine, if my log ends with {@code last}? Changes nobody's term (thesis 9.6).
     * Learners are asked as well: they may know what is committed.
     *
     * @param committed the last entry that the sender knows to be committed: the receiver may have it without knowing
     */
    record PreVoteRequest(long from, long to, long term, EntryId last, EntryId committed) implements Message {}

    /**
     * Answers a PreVoteRequest.
     *
     * @param askedTerm the term of the request: tells the asker which of its rounds this belongs to
     * @param committed as in the request
     */
    record PreVoteReply(long from, long to, long term, long askedTerm, boolean granted, EntryId committed)
            implements Message {}

    /**
     * Vote for me in my term.
     *
     * @param committed as in PreVoteRequest
     * @param transfer the leader itself asked for this election: the lease of the old leader does not protect it
     */
    record VoteRequest(long from, long to, long term, EntryId last, EntryId committed, boolean transfer)
            implements Message {}

    /**
     * Answers a VoteRequest.
     *
     * @param committed as in PreVoteRequest
     */
    record VoteReply(long from, long to, long term, boolean granted, EntryId committed) implements Message {}

    /** The entries that follow prev, and how far the leader has committed. */
    record Append(long from, long to, long term, EntryId prev, List<Entry> entries, long commit) implements Message {}

    /** The sender's log is durable and equal to the leader's up to {@code match}. */
    record AppendReply(long from, long to, long term, long match) implements Message {}

    /**
     * The sender has no entry {@code refusedIndex} of the term that an Append claimed.
     *
     * @param hint the last entry of the sender that may still agree with the leader's log
     */
    record AppendRefusal(long from, long to, long term, long refusedIndex, EntryId hint) implements Message {}

    /**
     * I lead; and how far the receiver may take its commit.
     *
     * @param readContext the newest read round of the leader; an echo confirms it and all rounds before it
     */
    record Heartbeat(long from, long to, long term, long commit, long readContext) implements Message {}

    /**
     * You lead, as far as I know.
     *
     * @param durableCommit how far the sender will know itself committed even after a crash
     */
    record HeartbeatReply(long from, long to, long term, long readContext, long durableCommit) implements Message {}

    /**
     * A whole state up to {@code base} is on this member's disk. The loop of the receiver steps it into its own core
     * when the stream is complete; {@code from} and {@code term} are those of the leader that sent the stream.
     *
     * @param membership as of base
     */
    record InstallSnapshot(long from, long to, long term, EntryId base, Membership membership) implements Message {}

    /** Start an election at once: the leader hands over to you (thesis 3.10). */
    record TimeoutNow(long from, long to, long term) implements Message {}

    /** A follower asks the leader to hand over to {@code target}. */
    record TransferRequest(long from, long to, long term, long target) implements Message {}

    /** A follower asks for a linearizable read point. */
    record ReadRequest(long from, long to, long term, long context) implements Message {}

    record ReadReply(long from, long to, long term, long context, long index) implements Message {}

    /** What members tell each other beside consensus, on the same lanes; raft itself does not look at it. */
    sealed interface Aside extends Message {}

    /** The leader wants to know what the receiver's state was after an entry. */
    record StateQuestion(long from, long to, long term, long index) implements Aside {}

    /** The digest of the sender's state after that entry. */
    record StateAnswer(long from, long to, long term, long index, long digest) implements Aside {}

    /** Proposals that reached a follower. */
    record Forward(long from, long to, long term, List<Bytes> datas) implements Message {}

    /** A membership change that reached a follower. */
    record ForwardChange(long from, long to, long term, MembershipChange change, EntryKind kind, Bytes data)
            implements Message {}
}
