package dev.quorate.store.raft;

/** What an entry asks for: a command of the state machine or a change of the membership (old and new wire form). */
public enum EntryKind {
    NORMAL,
    CHANGE,
    CHANGE_V2;

    public boolean isChange() {
        return this != NORMAL;
    }
}
