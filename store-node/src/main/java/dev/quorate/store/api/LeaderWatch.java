package dev.quorate.store.api;

import dev.quorate.store.node.NodeHost;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** Ends the streams that want a leader when there has been none for a while. */
final class LeaderWatch {
    private static final int CHECKS_WITHOUT_LEADER = 3;

    private final NodeHost host;
    private final Map<Runnable, Boolean> streams = new ConcurrentHashMap<>();
    private int without;

    LeaderWatch(NodeHost host) {
        this.host = host;
    }

    /** Returns what takes it off the list again. */
    Runnable add(Runnable leaderLost) {
        streams.put(leaderLost, true);
        return () -> streams.remove(leaderLost);
    }

    /** Once every election timeout, always from the same thread. */
    void check() {
        boolean hasLeader = host.node().map(node -> node.raft().leader() != 0).orElse(false);
        without = hasLeader ? 0 : without + 1;
        if (without < CHECKS_WITHOUT_LEADER) return;
        for (Runnable leaderLost : List.copyOf(streams.keySet())) {
            streams.remove(leaderLost);
            leaderLost.run();
        }
    }
}
