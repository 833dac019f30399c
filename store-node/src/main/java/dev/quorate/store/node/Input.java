package dev.quorate.store.node;

import dev.quorate.store.Bytes;
import dev.quorate.store.raft.Message;
import java.util.concurrent.CompletableFuture;

/** One thing that the loop takes from its mailbox. */
sealed interface Input {
    record Tick() implements Input {}

    record Received(Message message) implements Input {}

    record Persisted(long batch) implements Input {}

    /** The apply thread has come so far. */
    record Applied(StatePosition position) implements Input {}

    /** A wish of a client, already encoded. */
    record Propose(Waiting waiting, Bytes data) implements Input {}

    /** Somebody waits in the reads' queue. */
    record ReadWanted() implements Input {}

    record Call(LeaderCall call, CompletableFuture<LeaderCall.Answer> answer) implements Input {}

    /** A whole state lies ready beside the present one. */
    record SnapshotReady(Message.InstallSnapshot message, StagedState state) implements Input {}

    record SnapshotSent(long to, boolean delivered) implements Input {}

    /** The state on disk is safe up to here. */
    record Forced(StatePosition position) implements Input {}

    /** A peer could not be reached. */
    record Unreachable(long peer) implements Input {}

    /** The received state is now the state on disk. */
    record Installed(StatePosition position) implements Input {}

    /** The list of members, as readers see it, has come so far. */
    record MembersApplied(long index) implements Input {}

    /** Something that the member cannot live without has failed. */
    record Failed(String what, Throwable cause) implements Input {}

    /** The process is about to stop: somebody else should lead. */
    record HandOver(CompletableFuture<LeaderCall.Answer> done) implements Input {}
}
