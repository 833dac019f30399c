package dev.quorate.store.node.port;

import dev.quorate.store.raft.Message;
import java.util.SortedMap;
import java.util.concurrent.CompletableFuture;
import java.util.function.LongConsumer;

/** Nobody can be reached. */
public class NoPeers implements Peers {
    @Override
    public void send(Message message) {}

    @Override
    public void update(SortedMap<Long, Address> members) {}

    @Override
    public void sendSnapshot(long to, long leaderTerm, SnapshotStore from, LongConsumer delivered) {}

    @Override
    public CompletableFuture<LeaderCall.Answer> ask(long leader, LeaderCall call) {
        return CompletableFuture.failedFuture(new IllegalStateException("nobody there"));
    }

    @Override
    public long connectedMillis(long member) {
        return -1;
    }
}
