package dev.quorate.store.node.port;

import dev.quorate.store.raft.Message;
import java.util.List;
import java.util.SortedMap;
import java.util.concurrent.CompletableFuture;
import java.util.function.LongConsumer;

/** Port: the other members. Nothing waits; messages may be lost, and raft sends again. */
public interface Peers {
    void send(Message message);

    /** Who is there from now on, with the URLs of each, this member left out. */
    void update(SortedMap<Long, Address> members);

    /** Streams the whole state in the background; tells once up to which index the receiver has it, 0 if it has not. */
    void sendSnapshot(long to, long leaderTerm, SnapshotStore from, LongConsumer delivered);

    /** Asks the leader; completes exceptionally when it cannot be reached. */
    CompletableFuture<LeaderCall.Answer> ask(long leader, LeaderCall call);

    /** For how many milliseconds the connection to this member has worked without a break; negative while it does not. */
    long connectedMillis(long member);

    /** Where a member listens for its peers. */
    record Address(List<String> urls) {}
}
