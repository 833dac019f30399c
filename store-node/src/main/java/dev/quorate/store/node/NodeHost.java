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

    /** Gives back the space of what is garbage now; completed empty when done, else with what went wrong. */
    CompletableFuture<Optional<String>> defragment();

    /**
     * What came of a bootstrap.
     *
     * @param refusal one sentence; empty when the cluster is born, now or before with the same token
     */
    record Birth(long clusterId, long memberId, String refusal) {}
}
