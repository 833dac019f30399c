package dev.quorate.store.peer;

import dev.quorate.store.node.port.LeaderCall;
import dev.quorate.store.node.port.SnapshotStore;
import dev.quorate.store.node.port.StagedState;
import dev.quorate.store.node.port.StatePosition;
import dev.quorate.store.node.port.Transfers;
import dev.quorate.store.raft.Message;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/** What the peer port does with what comes in: the running member behind it. */
public interface PeerHost {
    /** What a caller hears that may not take part any more. */
    String REMOVED = "the member has been permanently removed from the cluster";

    String OLD_EPOCH = "the cluster was recovered without this member: its epoch is over";

    /** Who calls: as the caller says. */
    record Caller(long clusterId, long from, long to, long epoch, List<String> peerUrls) {
        public Caller {
            peerUrls = List.copyOf(peerUrls);
        }
    }

    /** Why this caller is not let in; empty to let it in. */
    Optional<String> refusal(Caller caller);

    /** This caller was let in and is going to send messages, which want answers. */
    void met(Caller caller);

    void deliver(Message message);

    CompletableFuture<LeaderCall.Answer> answer(LeaderCall call);

    /** A process without data asks whether it is a listed member, and has never started. */
    CompletableFuture<JoinAnswer> join(JoinQuestion question);

    SnapshotStore snapshots();

    /** Where whole states from this member are counted. */
    Transfers snapshotsFrom(long member);

    /** Loads the state that was just received whole. */
    StagedState load(StatePosition announced) throws IOException;

    void snapshotReady(Message.InstallSnapshot message, StagedState state);

    /**
     * What a process without data says of itself.
     *
     * @param foundingId as which member it is about to begin with the first entries of the cluster; 0: it waits
     */
    record JoinQuestion(List<String> peerUrls, String name, String dataNonce, long foundingId) {
        public JoinQuestion {
            peerUrls = List.copyOf(peerUrls);
        }
    }

    /**
     * The answer to it.
     *
     * @param memberId 0 if it is not listed
     */
    record JoinAnswer(
            Verdict verdict, long clusterId, long memberId, long epoch, List<LeaderCall.ListedMember> members) {
        /** What the process may do. */
        public enum Verdict {
            NOT_LISTED,
            START,
            STARTED_BEFORE,
            UNKNOWN,
            NOT_BEGUN
        }
    }
}
