package dev.quorate.store.api;

import dev.quorate.store.api.wire.Statuses;
import dev.quorate.store.node.Node;
import dev.quorate.store.node.NodeHost;
import java.util.concurrent.Executor;

/**
 * What the services stand on.
 *
 * @param readers platform threads for reads that may be long: a page fault would hold up an event loop
 */
record Served(NodeHost host, Executor readers) {
    /** The node; {@link CallGate} lets no call through while there is none. */
    Node node() {
        return host.node().orElseThrow(() -> Statuses.exception(Statuses.notServing("there is no node any more")));
    }
}
