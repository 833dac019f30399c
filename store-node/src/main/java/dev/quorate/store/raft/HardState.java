package dev.quorate.store.raft;

/** What must survive a crash besides the log: the term, who got this member's vote in it, a lower bound of commit. */
public record HardState(long term, long vote, long commit) {
    public static final HardState NONE = new HardState(0, 0, 0);
}
