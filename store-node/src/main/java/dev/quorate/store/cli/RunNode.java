package dev.quorate.store.cli;

import dev.quorate.store.api.ClientServer;
import dev.quorate.store.node.NodeConfig;
import dev.quorate.store.node.port.Meters;
import dev.quorate.store.peer.PeerServer;
import java.io.IOException;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Starts the process's parts in order and stops them in the opposite one. The only wiring. */
final class RunNode {
    private static final Logger LOG = LoggerFactory.getLogger(RunNode.class);

    private final NodeConfig config;
    private final List<String> warnings;
    private final Meters meters = new Meters();
    private final MemberProcess process;

    RunNode(NodeConfig config, List<String> warnings) {
        this.config = config;
        this.warnings = warnings;
        this.process = new MemberProcess(config, meters, RunNode::die);
    }

    /**
     * Runs until the member's part in its cluster ends, and returns the exit code. The calling thread keeps the process
     * alive: a member that still waits to be added has no other thread that would.
     */
    int run() {
        warnings.forEach(LOG::warn);
        try {
            PeerServer peers = new PeerServer(
                    config.addresses().listenPeer(),
                    config.serving().peerTls(),
                    process::peerHost,
                    process::isFounding);
            ClientServer clients = ClientServer.start(config, process, meters);
            Thread stop = Thread.ofPlatform().name("stop").unstarted(() -> stop(clients, peers));
            Runtime.getRuntime().addShutdownHook(stop);
            process.start();
            LOG.warn("{}", process.ended().join());
            return 0;
        } catch (IOException failure) {
            LOG.error("cannot start: {}", failure.getMessage(), failure);
            return Main.BAD_CONFIGURATION;
        }
    }

    /**
     * Leadership goes first, while this member can still help; then clients, once they have their answers; peers, disk.
     */
    private void stop(ClientServer clients, PeerServer peers) {
        LOG.info("stopping");
        process.handOver();
        clients.drain();
        clients.close();
        process.close();
        peers.close();
        LOG.info("stopped");
    }

    /** A member without one of its threads would keep promises by halves. Nothing is flushed: the log is the truth. */
    private static void die(String thread, Throwable cause) {
        LOG.error("the {} thread died: {}", thread, cause.getMessage(), cause);
        System.err.println("fatal: the " + thread + " thread died: " + cause);
        Runtime.getRuntime().halt(1);
    }
}
