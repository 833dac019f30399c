package dev.quorate.store.cli;

import dev.quorate.store.node.Node;
import dev.quorate.store.node.NodeConfig;
import dev.quorate.store.state.Command;
import dev.quorate.store.state.Member;
import dev.quorate.store.state.Outcome;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Tells the cluster this member's name and client URLs, then says that it serves; the leader sets the version. */
final class Publishing implements Runnable {
    private static final Logger LOG = LoggerFactory.getLogger(Publishing.class);
    private static final String CLUSTER_VERSION = "3.7.0";
    private static final long PAUSE_MILLIS = 100;

    private final Node node;
    private final NodeConfig config;

    Publishing(Node node, NodeConfig config) {
        this.node = node;
        this.config = config;
    }

    @Override
    public void run() {
        try {
            while (!published()) TimeUnit.MILLISECONDS.sleep(PAUSE_MILLIS);
            LOG.info(
                    "published name={} clientUrls={}",
                    config.name(),
                    config.addresses().advertiseClient());
            LOG.info("ready to serve client requests");
            while (!node.isStopped()) {
                if (node.status().leads() && node.state().clusterVersion().isEmpty()) setVersion();
                if (!node.state().clusterVersion().isEmpty()) return;
                TimeUnit.MILLISECONDS.sleep(PAUSE_MILLIS);
            }
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
        } catch (ExecutionException impossible) {
            throw new IllegalStateException("refusals are values", impossible);
        }
    }

    /** A proposal that times out is made again: saying the same twice does no harm. */
    private boolean published() throws InterruptedException, ExecutionException {
        if (node.isStopped()) throw new InterruptedException("stopped");
        if (node.readPoint().get().isPresent()) return false;
        long id = node.identity().memberId();
        List<String> clientUrls = config.addresses().advertiseClient();
        Optional<Member> listed = node.state().members().get(id);
        if (listed.isPresent()
                && listed.get().name().equals(config.name())
                && new HashSet<>(listed.get().clientUrls()).equals(new HashSet<>(clientUrls))) return true;
        Outcome outcome = node.propose(new Command.MemberAttributes(id, config.name(), clientUrls))
                .get();
        return !(outcome instanceof Outcome.Refused);
    }

    private void setVersion() throws InterruptedException, ExecutionException {
        Outcome outcome =
                node.propose(new Command.ClusterVersionSet(CLUSTER_VERSION)).get();
        if (!(outcome instanceof Outcome.Refused)) LOG.info("set the cluster version to {}", CLUSTER_VERSION);
    }
}
