package dev.quorate.store.raft;

/** What became of a proposal at once. ACCEPTED and FORWARDED promise nothing: only a committed entry counts. */
public enum Proposed {
    /** Appended to the leader's log, which is here. */
    ACCEPTED,
    /** Sent to the leader; it may be lost or refused there without an answer. */
    FORWARDED,
    NO_LEADER,
    /** Leadership is being handed over. */
    TRANSFERRING,
    TOO_MUCH_UNCOMMITTED,
    /** A change is under way, the configuration is joint, or the leader has not committed in its term yet. */
    CHANGE_PENDING,
    /** The change is not possible in this membership, for example it removes the last voter. */
    CHANGE_INVALID,
    NOT_A_MEMBER
}
