package dev.quorate.store.raft;

import dev.quorate.store.Invariant;
import java.util.random.RandomGenerator;

/**
 * The constants of one member. Times are counted in ticks; an election timeout is drawn from
 * [electionTicks, 2 × electionTicks) with the given generator, the only source of chance.
 */
public record RaftConfig(
        long self,
        int electionTicks,
        int heartbeatTicks,
        boolean preVote,
        boolean checkQuorum,
        int maxInflightMessages,
        long maxInflightBytes,
        long maxMessageBytes,
        long maxUncommittedBytes,
        RandomGenerator random) {

    public RaftConfig {
        Invariant.check(self != 0, "a member id is not 0");
        Invariant.check(heartbeatTicks > 0, "heartbeatTicks must be positive", heartbeatTicks);
        Invariant.check(
                electionTicks > heartbeatTicks,
                "electionTicks must be greater than heartbeatTicks",
                electionTicks,
                heartbeatTicks);
        Invariant.check(maxInflightMessages > 0, "maxInflightMessages must be positive", maxInflightMessages);
        Invariant.check(
                maxInflightBytes >= maxMessageBytes,
                "maxInflightBytes must allow at least one message",
                maxInflightBytes,
                maxMessageBytes);
    }

    /** The usual limits: 512 messages and 64 MiB under way to one follower, 1 MiB in one message, 256 MiB uncommitted. */
    public static RaftConfig of(long self, int electionTicks, int heartbeatTicks, RandomGenerator random) {
        return new RaftConfig(
                self, electionTicks, heartbeatTicks, true, true, 512, 64L << 20, 1L << 20, 256L << 20, random);
    }
}
