package dev.quorate.store.node;

import dev.quorate.store.node.port.Peers;
import dev.quorate.store.raft.RaftCore;
import java.util.SortedSet;

/**
 * Shortens the wait for the first leader after a start ({@code --initial-election-tick-advance}).
 *
 * <p>As soon as a quorum of the voters is connected most of the election timeout counts as passed: if one of them led,
 * its heartbeat would come within two ticks. Without connections there is nobody to be elected by, and after a while
 * there is nothing left to shorten. etcd waits for two connections, so that a cluster of two gains nothing.
 */
final class FirstElection {
    private static final long GIVE_UP_MILLIS = 5_000;

    private final long self;
    private final Peers peers;
    private final long startMillis;
    private boolean over;

    FirstElection(NodeConfig.Timing timing, long self, Peers peers, long nowMillis) {
        this.self = self;
        this.peers = peers;
        this.startMillis = nowMillis;
        this.over = !timing.tickAdvance();
    }

    void tick(RaftCore raft, long nowMillis) {
        if (over) return;
        over = raft.leader() != 0 || nowMillis - startMillis > GIVE_UP_MILLIS;
        if (over || !quorumIsConnected(raft.membership().voters())) return;
        over = true;
        raft.skipTicks();
    }

    private boolean quorumIsConnected(SortedSet<Long> voters) {
        int connected = 0;
        for (long voter : voters) if (voter == self || peers.connectedMillis(voter) >= 0) connected++;
        return voters.contains(self) && connected > voters.size() / 2;
    }
}
