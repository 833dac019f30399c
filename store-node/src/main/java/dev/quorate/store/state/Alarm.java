package dev.quorate.store.state;

/** A member's cry for help; NONE stands for every kind where alarms are asked for or cleared. */
public record Alarm(long memberId, Kind kind) {
    /** In etcd's order. */
    public enum Kind {
        NONE,
        NO_SPACE,
        CORRUPT
    }
}
