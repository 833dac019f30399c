package dev.quorate.operator.store;

/** What one store node says of itself. Ids are unsigned; the state is the name that the admin contract gives it. */
public record NodeReport(
        String state,
        long clusterId,
        long memberId,
        long leaderId,
        long term,
        long applied,
        boolean ready,
        String version,
        String message) {

    /** The same without the numbers that move all the time. */
    NodeReport still() {
        return new NodeReport(state, clusterId, memberId, leaderId, term, 0, ready, version, message);
    }
}
