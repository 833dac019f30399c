package dev.quorate.store.api;

import dev.quorate.store.mvcc.HeapValueLog;
import dev.quorate.store.node.Limits;
import dev.quorate.store.node.LocalStatus;
import dev.quorate.store.node.Mailbox;
import dev.quorate.store.node.Node;
import dev.quorate.store.node.NodeConfig;
import dev.quorate.store.node.NodeStatus.NodeIdentity;
import dev.quorate.store.node.NodeThreads;
import dev.quorate.store.node.port.ForgetfulLog;
import dev.quorate.store.node.port.Meters;
import dev.quorate.store.node.port.NoPeers;
import dev.quorate.store.node.port.NoSnapshots;
import dev.quorate.store.node.port.StagedState;
import dev.quorate.store.node.port.StatePosition;
import dev.quorate.store.raft.Membership;
import dev.quorate.store.raft.RaftConfig;
import dev.quorate.store.raft.RaftCore;
import dev.quorate.store.raft.Restored;
import dev.quorate.store.state.Fact;
import dev.quorate.store.state.Member;
import dev.quorate.store.state.StoreState;
import java.net.InetSocketAddress;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/** A whole member with its client port: the real node, threads and state, on a disk that forgets, without peers. */
public final class LoneMember extends SettledHost implements AutoCloseable {
    static final long ID = 0x1234;

    private final Node node;
    private final NodeThreads threads;
    private final ClientServer server;

    /** @param voters who would have to agree: with more than this member it never finds a leader */
    LoneMember(Long... voters) throws Exception {
        NodeConfig config = config();
        Mailbox mailbox = new Mailbox(config.serving().limits().waitingProposals());
        Membership membership = new Membership(
                new TreeSet<>(List.of(voters)), new TreeSet<>(), new TreeSet<>(), new TreeSet<>(), false);
        HeapValueLog log = new HeapValueLog(false);
        StoreState state = state(log, config);
        node = new Node(new Node.Parts(
                new NodeIdentity(0xc1, ID, config.name(), 1),
                config,
                new RaftCore(
                        RaftConfig.of(ID, config.timing().electionTicks(), 1, new SplittableRandom(1)),
                        Restored.born(membership)),
                new StagedState.Active(
                        state,
                        log,
                        membership,
                        new StatePosition(1, 1, state.view().revision())),
                mailbox,
                new Node.Outside(
                        new ForgetfulLog(mailbox),
                        new NoPeers(),
                        new NoSnapshots(),
                        safe -> safe.accept(new StatePosition(0, 0, 0)),
                        new Clock(),
                        why -> {})));
        threads = new NodeThreads(node, mailbox, (thread, death) -> death.printStackTrace());
        threads.start();
        server = ClientServer.start(config, this, new Meters());
        if (voters.length == 1) waitForLeader();
    }

    public LoneMember() throws Exception {
        this(ID);
    }

    /** As before a stop. */
    void drain() {
        server.drain();
    }

    public static NodeConfig config() {
        return config(true);
    }

    static NodeConfig config(boolean jsonGateway) {
        List<String> any = List.of("http://127.0.0.1:0");
        NodeConfig.Tls none = new NodeConfig.Tls("", "", "", false, "", "");
        return new NodeConfig(
                "lone",
                new NodeConfig.Storage("", "", true, 0, 10_000, 5_000, 0),
                new NodeConfig.Addresses(any, any, List.of(), any, any, List.of("http://127.0.0.1:2379")),
                new NodeConfig.Timing(10, 100, true, true, 1000),
                new NodeConfig.Birth(Collections.emptySortedMap(), false, "", Optional.empty(), false, true),
                new NodeConfig.Serving(
                        Limits.DEFAULT,
                        none,
                        none,
                        new NodeConfig.Keepalive(5_000, 7_200_000, 20_000),
                        jsonGateway,
                        new NodeConfig.Upkeep("periodic", "0", 100),
                        new NodeConfig.Logging("info", "json", 300, 100, "extensive")));
    }

    private static StoreState state(HeapValueLog log, NodeConfig config) {
        StoreState.Restoring restoring = new StoreState.Restoring(log);
        restoring.fact(new Fact.MemberSet(new Member(
                ID,
                config.name(),
                config.addresses().initialAdvertisePeer(),
                config.addresses().advertiseClient(),
                false)));
        restoring.fact(new Fact.ClusterVersion("3.7.0"));
        return restoring.finish(1);
    }

    /** As a client would wait: the first read that succeeds shows that there is a leader. */
    private void waitForLeader() throws Exception {
        while (node.readPoint().get(10, TimeUnit.SECONDS).isPresent()) {}
    }

    public InetSocketAddress address() {
        return (InetSocketAddress) server.clientAddresses().getFirst();
    }

    @Override
    public Optional<Node> node() {
        return Optional.of(node);
    }

    @Override
    public LocalStatus localStatus() {
        return new LocalStatus(
                LocalStatus.State.RUNNING,
                "lone",
                "",
                true,
                new LocalStatus.Ownership(Optional.of(node.identity()), "token", 0),
                Optional.of(node.status()));
    }

    @Override
    public CompletableFuture<Birth> bootstrap(String token, String name, List<String> peerUrls) {
        return CompletableFuture.completedFuture(new Birth(0, 0, "already born"));
    }

    @Override
    public CompletableFuture<Optional<String>> defragment() {
        return CompletableFuture.completedFuture(Optional.empty());
    }

    @Override
    public void close() {
        server.close();
        threads.stop();
    }

    private static final class Clock implements Node.Ticker {
        @Override
        public long millis() {
            return System.nanoTime() / 1_000_000;
        }

        @Override
        public long wallMillis() {
            return System.currentTimeMillis();
        }
    }
}
