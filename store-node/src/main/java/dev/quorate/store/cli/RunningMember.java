package dev.quorate.store.cli;

import dev.quorate.store.datadir.Folders;
import dev.quorate.store.datadir.Identity;
import dev.quorate.store.datadir.WrongVolume;
import dev.quorate.store.node.Mailbox;
import dev.quorate.store.node.Node;
import dev.quorate.store.node.NodeConfig;
import dev.quorate.store.node.NodeStatus.NodeIdentity;
import dev.quorate.store.node.NodeThreads;
import dev.quorate.store.node.port.Meters;
import dev.quorate.store.node.port.Peers;
import dev.quorate.store.node.port.StagedState;
import dev.quorate.store.node.port.StatePosition;
import dev.quorate.store.peer.PeerClients;
import dev.quorate.store.raft.Entry;
import dev.quorate.store.raft.EntryId;
import dev.quorate.store.raft.HardState;
import dev.quorate.store.raft.RaftConfig;
import dev.quorate.store.raft.RaftCore;
import dev.quorate.store.raft.Restored;
import dev.quorate.store.vlog.ValueLogOptions;
import dev.quorate.store.wal.Recovered;
import dev.quorate.store.wal.Wal;
import dev.quorate.store.wal.WalMetadata;
import java.io.IOException;
import java.util.List;
import java.util.SortedMap;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One member with everything it stands on: log, state, peers, threads. Here the parts of a node are put together. */
final class RunningMember implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(RunningMember.class);
    private static final long HAND_OVER_SECONDS = 3;

    private final Identity identity;
    private final Mailbox mailbox;
    private final Wal wal;
    private final ExecutorService upkeep = Executors.newSingleThreadExecutor(
            Thread.ofPlatform().name("upkeep").daemon(true).factory());
    private final DiskState disk;
    private final PeerClients peers;
    private final Node node;
    private final NodeThreads threads;

    /** What a member calls when it ends against its will. */
    record Ends(Consumer<String> shutOut, BiConsumer<String, Throwable> died) {}

    RunningMember(NodeConfig config, Identity identity, Folders folders, Meters meters, Ends ends) throws IOException {
        this.mailbox = new Mailbox(config.serving().limits().waitingProposals());
        this.wal = Wal.open(folders.wal(), folders.walOptions());
        Recovered recovered = wal.recovered();
        checkOwner(identity, recovered.metadata());
        this.disk = DiskState.open(
                folders.state(),
                recovered.mark().id().index(),
                new DiskState.Around(ValueLogOptions.DEFAULT, upkeep, meters, ends.died()));
        StagedState.Active state = disk.active();
        Restored restored = recovered(restored(wal, state), identity);
        this.identity = identity.isRecovering() ? identity.recovered() : identity;
        if (identity.isRecovering()) this.identity.write(folders.data());
        NodeIdentity self = this.identity.of(config.name());
        this.peers = new PeerClients(
                self,
                config.addresses().initialAdvertisePeer(),
                config.serving().peerTls(),
                mailbox,
                meters,
                ends.shutOut());
        peers.update(knownPeers());
        RaftCore raft = new RaftCore(raftConfig(config), restored);
        this.node = new Node(new Node.Parts(
                self,
                config,
                raft,
                state,
                mailbox,
                new Node.Outside(wal, peers, disk.snapshots(), disk, clock(), ends.shutOut())));
        disk.onDamage(node::damaged);
        this.threads = new NodeThreads(node, mailbox, ends.died());
        LOG.info(
                "starting member={} cluster={} term={} applied={} last={} revision={}",
                Long.toUnsignedString(identity.memberId(), 16),
                Long.toUnsignedString(identity.clusterId(), 16),
                recovered.hardState().term(),
                state.position().index(),
                lastOf(recovered).index(),
                state.position().revision());
        wal.start(mailbox);
        disk.onRoom(mailbox::stateRoom);
        threads.start();
    }

    /** A recovery that was begun is ended before anybody hears of this member. */
    private Restored recovered(Restored found, Identity wanted) throws IOException {
        if (!wanted.isRecovering()) return found;
        try {
            return LastVoter.of(found, wanted.memberId(), wal);
        } catch (IOException failure) {
            wal.close();
            disk.close();
            upkeep.close();
            throw failure;
        }
    }

    private void checkOwner(Identity identity, WalMetadata log) throws IOException {
        if (log.nodeId() == identity.memberId() && log.clusterId() == identity.clusterId()) return;
        wal.close();
        throw new WrongVolume(identity, log);
    }

    private SortedMap<Long, Peers.Address> knownPeers() {
        SortedMap<Long, Peers.Address> known = new TreeMap<>(Long::compareUnsigned);
        identity.peers().forEach(peer -> known.put(peer.id(), new Peers.Address(peer.peerUrls())));
        return known;
    }

    private RaftConfig raftConfig(NodeConfig config) {
        RaftConfig usual = RaftConfig.of(
                identity.memberId(),
                config.timing().electionTicks(),
                1,
                new SplittableRandom(identity.memberId() ^ System.nanoTime()));
        return new RaftConfig(
                usual.self(),
                usual.electionTicks(),
                usual.heartbeatTicks(),
                config.timing().preVote(),
                true,
                usual.maxInflightMessages(),
                usual.maxInflightBytes(),
                usual.maxMessageBytes(),
                usual.maxUncommittedBytes(),
                usual.random());
    }

    /**
     * The state only ever holds what the log has made safe. So a state that the log does not know came from the leader
     * as a whole, and the process ended before the log could begin anew behind it: that is done now.
     */
    static Restored restored(Wal wal, StagedState.Active state) {
        Recovered log = wal.recovered();
        StatePosition position = state.position();
        HardState hard = log.hardState();
        if (position.index() == 0 || isInLog(position, log)) {
            HardState known = new HardState(hard.term(), hard.vote(), Math.max(hard.commit(), position.index()));
            return new Restored(known, state.membership(), log.base(), log.entries(), position.index());
        }
        long term = Math.max(hard.term(), position.term());
        HardState known = new HardState(term, term == hard.term() ? hard.vote() : 0, position.index());
        EntryId base = new EntryId(position.term(), position.index());
        LOG.warn("the state is ahead of the log: the log begins anew after {}", base);
        wal.install(0, known, base, state.membership());
        return new Restored(known, state.membership(), base, List.of(), position.index());
    }

    private static EntryId lastOf(Recovered log) {
        return log.entries().isEmpty() ? log.base() : log.entries().getLast().id();
    }

    private static boolean isInLog(StatePosition position, Recovered log) {
        if (position.index() == log.base().index())
            return position.term() == log.base().term();
        if (position.index() < log.base().index()
                || position.index() > lastOf(log).index()) return false;
        Entry entry =
                log.entries().get(Math.toIntExact(position.index() - log.base().index() - 1));
        return entry.term() == position.term();
    }

    private static Node.Ticker clock() {
        return new Node.Ticker() {
            @Override
            public long millis() {
                return System.nanoTime() / 1_000_000;
            }

            @Override
            public long wallMillis() {
                return System.currentTimeMillis();
            }
        };
    }

    Identity identity() {
        return identity;
    }

    Node node() {
        return node;
    }

    Mailbox mailbox() {
        return mailbox;
    }

    PeerClients peers() {
        return peers;
    }

    DiskState disk() {
        return disk;
    }

    /** Somebody else should lead before this member goes. */
    void handOver() {
        if (!node.status().leads()) return;
        try {
            var answer = node.handOver().get(HAND_OVER_SECONDS, TimeUnit.SECONDS);
            LOG.info("handed leadership over {}", answer.refusal());
        } catch (ExecutionException | TimeoutException nobody) {
            LOG.warn("nobody took the leadership over in time");
        } catch (InterruptedException impatient) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public void close() throws IOException {
        disk.stopWaiting();
        threads.stop();
        peers.close();
        wal.close();
        upkeep.close();
        disk.close();
    }
}
