package dev.quorate.store.api;

import dev.quorate.store.node.NodeHost;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/** A process whose cluster is well: there is nothing to recover and nothing to fence. */
abstract class SettledHost implements NodeHost {
    @Override
    public CompletableFuture<Birth> recoverAsSingle(long clusterId, long epoch) {
        return CompletableFuture.completedFuture(new Birth(0, 0, "nothing to recover"));
    }

    @Override
    public CompletableFuture<Optional<String>> fence(long epoch) {
        return CompletableFuture.completedFuture(Optional.of("nothing to fence"));
    }
}
