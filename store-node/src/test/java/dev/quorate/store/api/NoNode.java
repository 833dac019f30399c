package dev.quorate.store.api;

import dev.quorate.store.node.LocalStatus;
import dev.quorate.store.node.Node;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/** A process that waits to become part of a cluster. */
final class NoNode extends SettledHost {
    static final String WHY = "this member waits for Bootstrap or for being added to a cluster";

    @Override
    public Optional<Node> node() {
        return Optional.empty();
    }

    @Override
    public LocalStatus localStatus() {
        return new LocalStatus(
                LocalStatus.State.UNINITIALISED, "n0", WHY, false, LocalStatus.Ownership.NOBODY, Optional.empty());
    }

    @Override
    public CompletableFuture<Birth> bootstrap(String token, String name, List<String> peerUrls) {
        return CompletableFuture.completedFuture(
                token.equals("right") ? new Birth(7, 8, "") : new Birth(0, 0, "born with another token"));
    }

    @Override
    public CompletableFuture<Optional<String>> defragment() {
        return CompletableFuture.completedFuture(Optional.of(WHY));
    }
}
