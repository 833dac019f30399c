package dev.quorate.store.state;

import java.util.List;

/** A piece of state beside the keys, as it is kept on disk: the latest fact about a thing is the truth. */
public sealed interface Fact {
    record LeaseSet(long id, long ttlSeconds, long remainingTtlSeconds) implements Fact {}

    record LeaseGone(long id) implements Fact {}

    record MemberSet(Member member) implements Fact {}

    /** The disk with which a member started that was added to a running cluster. */
    record MemberDisk(long id, String dataNonce) implements Fact {}

    /** This id can never come back. */
    record MemberRemoved(long id) implements Fact {}

    record AlarmRaised(Alarm alarm) implements Fact {}

    record AlarmCleared(Alarm alarm) implements Fact {}

    record ClusterVersion(String version) implements Fact {}

    record Downgrade(boolean enabled, String targetVersion) implements Fact {}

    /** Nothing below this revision may be asked for any more. */
    record CompactionMark(long revision) implements Fact {}

    /** The rolling hash of everything applied; written by the node with every batch. */
    record StateDigest(long value) implements Fact {}

    /** The consensus membership as of the applied index; written by the node, not read by the state. */
    record RaftMembership(
            List<Long> voters, List<Long> outgoing, List<Long> learners, List<Long> learnersNext, boolean autoLeave)
            implements Fact {}
}
