package dev.quorate.store.node.port;

import dev.quorate.store.Bytes;
import dev.quorate.store.state.Refusal;
import java.util.List;

/** What only the leader can answer or decide; other members pass it on for their clients. */
public sealed interface LeaderCall {
    record RenewLease(long id) implements LeaderCall {}

    record LeaseLife(long id, boolean withKeys) implements LeaderCall {}

    /** All of it becomes one change of the membership. */
    record ChangeMembers(List<ListedMember> add, List<Long> promote, List<Long> remove, List<ListedMember> update)
            implements LeaderCall {}

    record MoveLeader(long to) implements LeaderCall {}

    /** A member as lists between members carry it. */
    record ListedMember(long id, String name, List<String> peerUrls, boolean learner) {}

    /**
     * The leader's answer.
     *
     * @param refusal name of the refusal, empty when there is none
     * @param ttlSeconds seconds left of a lease; not positive when it is not there
     * @param index of the log entry that carries the change
     */
    record Answer(String refusal, long ttlSeconds, long grantedTtlSeconds, List<Bytes> keys, long index) {
        public static Answer refused(String refusal) {
            return new Answer(refusal, 0, 0, List.of(), 0);
        }

        /** Nothing was done, so the question may be put to the leader again. */
        public static Answer askAgain() {
            return refused(Refusal.NOT_LEADER.name());
        }

        public static Answer done(long index) {
            return new Answer("", 0, 0, List.of(), index);
        }
    }
}
