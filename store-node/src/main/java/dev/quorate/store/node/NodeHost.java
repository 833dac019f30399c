package dev.quorate.store.node;

import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/**
 * The process around a node, as the edges see it: it answers in every state, also before there is a node and when there
 * must not be one. Any thread may call; nothing blocks.
 */
public interface NodeHost {
    /** Empty while the process has no part in a cluster. Asked for every call, so it must be one read of a field. */
    Optional<Node> node();

    LocalStatus localStatus();

    /** Makes this process the only voter of a new cluster. */
    CompletableFuture<Birth> bootstrap(String token, String name, List<String> peerUrls);

    /** Makes the last member of a cluster without a quorum its only voter, in an epoch of its own. */
    CompletableFuture<Birth> recoverAsSingle(long clusterId, long epoch);

    /** An epoch begins of which this process is no part; completed with one sentence if that cannot be. */
    CompletableFuture<Optional<String>> fence(long epoch);

    /** Gives back the space of what is garbage now; completed empty when done, else with what went wrong. */
    CompletableFuture<Optional<String>> defragment();

    /**
     * What came of a bootstrap or a recovery.
     *
     * @param refusal one sentence; empty when it is done, now or before with the same token or epoch
     */
    record Birth(long clusterId, long memberId, String refusal) {}
}
