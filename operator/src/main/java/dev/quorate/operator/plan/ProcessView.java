package dev.quorate.operator.plan;

/** What one store node said of itself a moment ago. Ids are unsigned; 0 means none. */
public record ProcessView(
        State state,
        long clusterId,
        long memberId,
        long leaderId,
        long applied,
        boolean ready,
        String version,
        String message) {

    /** The states of the admin contract; UNKNOWN is one that this operator has not heard of. */
    public enum State {
        UNKNOWN,
        STARTING,
        UNINITIALISED,
        RUNNING,
        DATA_LOST,
        WRONG_VOLUME,
        REMOVED,
        FENCED
    }

    /** Has data of some cluster on its disk. A removed member counts no more. */
    boolean initialised() {
        return clusterId != 0 && state != State.REMOVED && state != State.UNINITIALISED;
    }
}
