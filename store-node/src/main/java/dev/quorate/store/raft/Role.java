package dev.quorate.store.raft;

import dev.quorate.store.Bytes;
import java.util.List;

/**
 * What a member does at present. Roles return the next role; nobody else decides on it.
 *
 * <pre>
 * from          to             cause
 * Follower      PreCandidate   election timeout, pre-vote on
 * Follower      Candidate      election timeout, pre-vote off; or TimeoutNow
 * PreCandidate  Candidate      a quorum would vote for it
 * PreCandidate  PreCandidate   election timeout
 * PreCandidate  Candidate      TimeoutNow
 * PreCandidate  Follower       a quorum refused; a leader of its term; a higher term; no voter any more
 * Candidate     Leader         a quorum voted for it, its own vote counted when durable
 * Candidate     PreCandidate   election timeout (Candidate again if pre-vote is off)
 * Candidate     Candidate      TimeoutNow, in the next term
 * Candidate     Follower       a quorum refused; a leader of its term; a higher term; no voter any more
 * Leader        Follower       a higher term; no quorum heard for an election timeout; removed, and the rest knows
 * </pre>
 */
sealed interface Role permits Follower, Candidate, Leader {
    Role onTick(RaftState state);

    /** The message is of this member's term. */
    Role onMessage(RaftState state, Message message);

    /** More is durable than before. */
    Role onPersisted(RaftState state);

    /** state.membership is a new one. */
    Role onMembership(RaftState state);

    /** The end of a turn: says what was kept back so that one message can say it all. */
    Role onTurnEnd(RaftState state);

    /** Another role takes over. */
    void leave(RaftState state);

    Role campaign(RaftState state);

    Proposed propose(RaftState state, List<Bytes> datas);

    Proposed proposeChange(RaftState state, MembershipChange change, EntryKind kind, Bytes data);

    void read(RaftState state, long readId);

    void transfer(RaftState state, long to);
}
