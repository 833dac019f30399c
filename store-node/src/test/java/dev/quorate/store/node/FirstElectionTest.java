package dev.quorate.store.node;

import static org.assertj.core.api.Assertions.assertThat;

import dev.quorate.store.node.port.NoPeers;
import dev.quorate.store.raft.Membership;
import dev.quorate.store.raft.RaftConfig;
import dev.quorate.store.raft.RaftCore;
import dev.quorate.store.raft.Restored;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/** Member 1 of 1, 2 and 3 has just started: how many ticks until it asks for votes. */
class FirstElectionTest {
    private static final int ELECTION_TICKS = 10;

    @Test
    void whoHasJustStartedNeedNotSitAnElectionTimeoutOut() {
        int usual = ticks(true, Set.of());
        assertThat(usual).isGreaterThanOrEqualTo(ELECTION_TICKS);
        assertThat(ticks(true, Set.of(2L))).as("a quorum is connected").isEqualTo(usual - (ELECTION_TICKS - 2));
        assertThat(ticks(false, Set.of(2L))).as("not wanted").isEqualTo(usual);
    }

    private static int ticks(boolean tickAdvance, Set<Long> connected) {
        RaftCore raft = new RaftCore(
                RaftConfig.of(1, ELECTION_TICKS, 1, new SplittableRandom(1)),
                Restored.born(new Membership(
                        new TreeSet<>(List.of(1L, 2L, 3L)), new TreeSet<>(), new TreeSet<>(), new TreeSet<>(), false)));
        NoPeers peers = new NoPeers() {
            @Override
            public long connectedMillis(long member) {
                return connected.contains(member) ? 0 : -1;
            }
        };
        FirstElection first =
                new FirstElection(new NodeConfig.Timing(100, 1_000, tickAdvance, true, 1_000), 1, peers, 0);
        int ticks = 0;
        while (!asksForVotes(raft)) {
            first.tick(raft, ticks * 100L);
            raft.tick();
            ticks++;
        }
        return ticks;
    }

    private static boolean asksForVotes(RaftCore raft) {
        return raft.hasReady() && !raft.ready().sendNow().isEmpty();
    }
}
