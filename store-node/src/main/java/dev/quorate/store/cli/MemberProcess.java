package dev.quorate.store.cli;

import dev.quorate.store.datadir.Births;
import dev.quorate.store.datadir.Fence;
import dev.quorate.store.datadir.Folders;
import dev.quorate.store.datadir.Identity;
import dev.quorate.store.datadir.WrongVolume;
import dev.quorate.store.node.LocalStatus;
import dev.quorate.store.node.LocalStatus.State;
import dev.quorate.store.node.Node;
import dev.quorate.store.node.NodeConfig;
import dev.quorate.store.node.NodeHost;
import dev.quorate.store.node.NodeStatus;
import dev.quorate.store.node.port.Meters;
import dev.quorate.store.peer.JoinClient;
import dev.quorate.store.peer.PeerHost;
import dev.quorate.store.peer.PeerHost.JoinAnswer;
import dev.quorate.store.state.Refusal;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The process around a member: waits to become one, is one, or says why it must not be one (any more).
 *
 * <pre>
 * STARTING       → any           the data is open, or there is none
 * UNINITIALISED  → RUNNING       bootstrapped, or listed by a cluster and never started, or a cluster is founded with it
 * UNINITIALISED  → DATA_LOST     listed, but started before: this disk is not the member's
 * (start)        → WRONG_VOLUME  the disk belongs to a member of another name, or to several members
 * (start)        → DATA_LOST     the disk names its member, but its log is gone; or it is empty, but others know the member
 * RUNNING        → REMOVED       the cluster removed the member
 * RUNNING        → FENCED        the cluster was recovered without it
 * UNINITIALISED  → FENCED        the process was told that it has no part in a newer epoch
 * FENCED         → RUNNING       recovered itself, at an epoch above the one that fenced it
 * </pre>
 */
final class MemberProcess implements NodeHost, AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(MemberProcess.class);
    private static final long READY_CHECK_MILLIS = 500;
    private static final long FOUNDING_PAUSE_MILLIS = 200;

    private final NodeConfig config;
    private final Meters meters;
    private final Births births;
    private final Folders folders;
    private final BiConsumer<String, Throwable> died;
    private final CompletableFuture<String> ended = new CompletableFuture<>();
    private volatile State state = State.STARTING;
    private volatile boolean founding;
    private volatile String message = "opens its data";
    private volatile Optional<Identity> identity = Optional.empty();
    private volatile Optional<NodeStatus> lastStatus = Optional.empty();
    private volatile long fencedBy;
    private volatile @Nullable RunningMember member;
    private volatile Optional<Node> node = Optional.empty();
    private volatile Optional<PeerHost> peerHost = Optional.empty();
    private volatile long readableNanos;
    private volatile boolean stopping;
    /** What was said of a member of before, such as one that was recovered since, is not meant for the present one. */
    private int lives;

    MemberProcess(NodeConfig config, Meters meters, BiConsumer<String, Throwable> died) {
        this.config = config;
        this.meters = meters;
        this.folders = Folders.of(config.storage(), meters);
        this.births = new Births(config, folders);
        this.died = died;
    }

    /** Goes as far as the disk and the flags allow; in join mode that may be waiting. */
    void start() throws IOException {
        folders.create();
        Optional<Identity> present = births.present();
        fencedBy = Fence.read(folders.data());
        identity = present;
        long own = present.map(known -> Math.max(known.epoch(), known.era().next()))
                .orElse(0L);
        if (fencedBy > own) {
            lastStatus = present.flatMap(this::atRest);
            stayDown(State.FENCED, Recovery.fenced(fencedBy));
        } else if (present.isPresent()) startAs(present.get());
        else if (config.birth().join().isEmpty() && !config.birth().existing()) found();
        else awaitMembership();
    }

    private Optional<NodeStatus> atRest(Identity own) {
        try {
            return births.hasLog(own) ? Optional.of(AtRest.read(folders, own, config)) : Optional.empty();
        } catch (IOException failure) {
            LOG.warn("the log cannot be read: {}", String.valueOf(failure.getMessage()));
            return Optional.empty();
        }
    }

    private void found() throws IOException {
        founding = true;
        try (JoinClient client = new JoinClient(config.serving().peerTls())) {
            if (foundIfKnown(client)) return;
        }
        state = State.UNINITIALISED;
        message = "waits for a majority of --initial-cluster to say that this member has not run before";
        LOG.info("{}", message);
        Thread.ofVirtual().name("found").start(() -> {
            try (JoinClient client = new JoinClient(config.serving().peerTls())) {
                do TimeUnit.MILLISECONDS.sleep(FOUNDING_PAUSE_MILLIS);
                while (!foundIfKnown(client));
            } catch (IOException failure) {
                joiningFailed(failure);
            } catch (RuntimeException | Error broken) {
                died.accept("found", broken);
            } catch (InterruptedException stopped) {
                Thread.currentThread().interrupt();
            }
        });
    }

    /** Asks the others once, and does what they say; false if too few could tell. */
    private boolean foundIfKnown(JoinClient client) throws IOException {
        return settle(new Joining(config, births, this, died).mayBegin(client, births.foundingId()));
    }

    /** It may have been fenced or stopped while it asked. */
    private synchronized boolean settle(Joining.Founding answer) throws IOException {
        if (!stopping && (state == State.STARTING || state == State.UNINITIALISED)) {
            switch (answer) {
                case UNDECIDED -> {
                    return false;
                }
                case MAY_BEGIN -> run(births.fromInitialCluster());
                case BEGUN_BEFORE -> stayDown(State.DATA_LOST, Joining.STARTED_BEFORE);
            }
        }
        founding = false;
        return true;
    }

    /** It has no data, and will have some when enough others have none or know nothing of it. */
    boolean isFounding() {
        return founding;
    }

    private void awaitMembership() {
        state = State.UNINITIALISED;
        message = "waits to be bootstrapped or added to a cluster";
        Thread.ofVirtual().name("join").start(new Joining(config, births, this, died));
    }

    private void startAs(Identity identity) throws IOException {
        boolean joins = config.birth().join().isPresent();
        if (joins && !identity.name().equals(config.name()))
            stayDown(
                    State.WRONG_VOLUME,
                    "the data directory belongs to member " + identity.name() + ", this is " + config.name());
        else if (!births.hasLog(identity))
            stayDown(
                    State.DATA_LOST,
                    "the log of member " + identity.name() + " is gone: remove the member and add it"
                            + " again with an empty directory");
        else if (config.birth().forceNewCluster())
            runOwn(identity.recovering(Math.max(identity.epoch(), identity.era().next()) + 1));
        else runOwn(identity);
    }

    private void runOwn(Identity own) throws IOException {
        try {
            if (own.isRecovering()) own.write(folders.data());
            run(own);
        } catch (NotRecoverable refused) {
            own.notRecovered().write(folders.data());
            throw refused;
        } catch (WrongVolume mixedUp) {
            stayDown(State.WRONG_VOLUME, String.valueOf(mixedUp.getMessage()));
        }
    }

    /** This process takes part from now on. */
    synchronized void run(Identity own) throws IOException {
        if (stopping || member != null) return;
        int life = ++lives;
        Consumer<String> shutOut = why -> shutOut(life, why);
        RunningMember started = new RunningMember(config, own, folders, meters, new RunningMember.Ends(shutOut, died));
        member = started;
        identity = Optional.of(started.identity());
        state = State.RUNNING;
        message = "";
        peerHost = Optional.of(new PeerDesk(started, shutOut));
        node = Optional.of(started.node());
        Thread.ofVirtual().name("publish").start(new Publishing(started.node(), config));
        AutoCompaction.of(started.node(), config.serving().upkeep())
                .ifPresent(
                        compaction -> Thread.ofVirtual().name("auto-compaction").start(compaction));
        Thread.ofPlatform()
                .name("reclaim")
                .daemon(true)
                .start(() -> whileItRuns(started, () -> {
                    if (!started.disk().upkeep()) TimeUnit.MILLISECONDS.sleep(READY_CHECK_MILLIS);
                }));
        Thread.ofPlatform()
                .name("look")
                .daemon(true)
                .start(() -> whileItRuns(started, () -> {
                    checkReadable(started.node());
                    started.disk().reserve();
                    started.disk().rest(READY_CHECK_MILLIS);
                }));
    }

    private interface Upkeep {
        void once() throws InterruptedException;
    }

    private void whileItRuns(RunningMember running, Upkeep upkeep) {
        try {
            while (!ended.isDone() && running.equals(member)) upkeep.once();
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
        } catch (RuntimeException | Error broken) {
            if (running.equals(member)) died.accept("upkeep", broken);
        }
    }

    /** Keeps the answer to "can it be read here" fresh. */
    private void checkReadable(Node running) {
        var _ = running.readPoint().thenAccept(refusal -> {
            if (refusal.isEmpty()) readableNanos = System.nanoTime();
        });
    }

    /** A cluster lists this process. A bootstrap that came first has decided already. */
    synchronized void join(JoinAnswer answer) throws IOException {
        if (!isWaiting()) return;
        run(births.joined(answer.clusterId(), answer.memberId(), answer.epoch(), answer.members()));
    }

    /** Waiting has no sense any more; unless the process was bootstrapped while it asked, and was told of itself. */
    synchronized void stopWaiting(State why, String sentence) {
        if (isWaiting()) stayDown(why, sentence);
    }

    private void stayDown(State why, String sentence) {
        state = why;
        message = sentence;
        LOG.error("{}: {}", why, sentence);
        // Who is fenced must stay to say so, and to be recovered if need be.
        if (config.birth().join().isEmpty() && why != State.FENCED) ended.complete(sentence);
    }

    /** The cluster says that this member is none any more. In join mode the process stays to say so. */
    private void shutOut(int life, String why) {
        Thread.ofVirtual().name("shut-out").start(() -> {
            synchronized (this) {
                if (state != State.RUNNING || life != lives) return;
                if (why.equals(PeerHost.OLD_EPOCH)) fencedByOthers(why);
                else stayDown(State.REMOVED, why);
                leave();
            }
        });
    }

    /** How new their epoch is was not said; but it is newer. */
    private void fencedByOthers(String why) {
        try {
            fencedBy = Math.max(fencedBy, identity.map(Identity::epoch).orElse(0L) + 1);
            Fence.write(folders.data(), fencedBy);
        } catch (IOException failure) {
            LOG.error("the fence cannot be written: a restart will ask the others again", failure);
        }
        stayDown(State.FENCED, why);
    }

    /** What is known now, to decide about fencing and recovery. */
    private Recovery recovery() {
        LocalStatus status = localStatus();
        return new Recovery(status.state(), message, identity, fencedBy, status.ready(), status.node());
    }

    @Override
    public CompletableFuture<Optional<String>> fence(long epoch) {
        return inBackground("fence", () -> fenceNow(epoch));
    }

    private synchronized Optional<String> fenceNow(long epoch) {
        Optional<String> refusal = recovery().refusesFence(epoch);
        if (refusal.isPresent() || epoch <= fencedBy) return refusal;
        try {
            Fence.write(folders.data(), epoch);
        } catch (IOException failure) {
            return Optional.of("the fence cannot be written: " + failure.getMessage());
        }
        fencedBy = epoch;
        if (state == State.FENCED) message = Recovery.fenced(epoch);
        if (state != State.RUNNING && state != State.UNINITIALISED) return Optional.empty();
        stayDown(State.FENCED, Recovery.fenced(epoch));
        leave();
        return Optional.empty();
    }

    @Override
    public CompletableFuture<Birth> recoverAsSingle(long clusterId, long epoch) {
        return inBackground("recover", () -> recoverNow(clusterId, epoch));
    }

    private synchronized Birth recoverNow(long clusterId, long epoch) {
        if (identity.isEmpty()) return refused("this process has no data to recover: " + message);
        Identity before = identity.get();
        Birth done = new Birth(before.clusterId(), before.memberId(), "");
        if (recovery().isDone(clusterId, epoch)) return done;
        Optional<String> refusal = recovery().refuses(clusterId, epoch);
        if (refusal.isPresent()) return refused(refusal.get());
        LOG.warn("recovering as the only voter at epoch {}", epoch);
        State stateBefore = state;
        try {
            before.recovering(epoch).write(folders.data());
            leave();
            run(before.recovering(epoch));
            return done;
        } catch (NotRecoverable no) {
            return refused(notRecovered(before, stateBefore, String.valueOf(no.getMessage())));
        } catch (IOException | RuntimeException failure) {
            died.accept("recover", failure);
            return refused("recovery failed: " + failure.getMessage());
        }
    }

    /** As if nobody had asked. */
    private String notRecovered(Identity before, State stateBefore, String why) {
        try {
            before.write(folders.data());
            if (stateBefore == State.RUNNING) run(before);
        } catch (IOException failure) {
            died.accept("recover", failure);
        }
        return why;
    }

    private static <T> CompletableFuture<T> inBackground(String name, Supplier<T> work) {
        return CompletableFuture.supplyAsync(
                work, task -> Thread.ofPlatform().name(name).daemon(true).start(task));
    }

    /** Joining cannot go on: the process ends, and whoever starts it again lets it try again. */
    void joiningFailed(IOException failure) {
        died.accept("join", failure);
    }

    Optional<PeerHost> peerHost() {
        return peerHost;
    }

    /** Completed with a sentence when the process has nothing left to do. */
    CompletableFuture<String> ended() {
        return ended;
    }

    @Override
    public Optional<Node> node() {
        return node;
    }

    @Override
    public LocalStatus localStatus() {
        Optional<Node> running = node;
        Optional<NodeStatus> status = running.map(Node::status).or(() -> lastStatus);
        Optional<Identity> own = identity;
        long bound = TimeUnit.MILLISECONDS.toNanos(config.timing().electionMillis() + 2 * READY_CHECK_MILLIS);
        boolean ready = running.isPresent() && readableNanos != 0 && System.nanoTime() - readableNanos < bound;
        LocalStatus.Ownership ownership = new LocalStatus.Ownership(
                own.map(known -> known.of(config.name())),
                own.map(known -> known.origin().bootstrapToken()).orElse(""),
                fencedBy);
        return new LocalStatus(state, config.name(), message, ready, ownership, status);
    }

    @Override
    public synchronized CompletableFuture<Birth> bootstrap(String token, String name, List<String> peerUrls) {
        return CompletableFuture.completedFuture(bootstrapNow(token, name, peerUrls));
    }

    @Override
    public CompletableFuture<Optional<String>> defragment() {
        RunningMember running = member;
        if (running == null) return CompletableFuture.completedFuture(Optional.of(message));
        return inBackground("defragment", running.disk()::defragment);
    }

    private Birth bootstrapNow(String token, String name, List<String> peerUrls) {
        RunningMember running = member;
        if (running != null) {
            Identity own = running.identity();
            if (!token.isEmpty() && own.origin().bootstrapToken().equals(token))
                return new Birth(own.clusterId(), own.memberId(), "");
            return refused("this process already has data of cluster " + Long.toUnsignedString(own.clusterId(), 16));
        }
        if (state != State.UNINITIALISED || founding) return refused(message);
        if (token.isEmpty()) return refused("a bootstrap needs a token");
        if (!name.equals(config.name())) return refused("this process is " + config.name() + ", not " + name);
        List<String> urls = peerUrls.isEmpty() ? config.addresses().initialAdvertisePeer() : peerUrls;
        try {
            run(births.alone(token, name, urls));
            RunningMember born = member;
            if (born == null) return refused(Refusal.STOPPED.name());
            return new Birth(born.identity().clusterId(), born.identity().memberId(), "");
        } catch (IOException failure) {
            // What it left behind is in the way of another try; the next start takes it away.
            died.accept("bootstrap", failure);
            return refused("bootstrap failed: " + failure.getMessage());
        }
    }

    private static Birth refused(String sentence) {
        return new Birth(0, 0, sentence);
    }

    boolean isWaiting() {
        return state == State.UNINITIALISED && !founding && !stopping;
    }

    void handOver() {
        RunningMember running = member;
        if (running != null) running.handOver();
    }

    @Override
    public synchronized void close() {
        stopping = true;
        leave();
    }

    /** Takes no part any more; what was known last is kept to be told. */
    private void leave() {
        RunningMember running = member;
        lastStatus = node.map(Node::status).or(() -> lastStatus);
        readableNanos = 0;
        member = null;
        node = Optional.empty();
        peerHost = Optional.empty();
        if (running == null) return;
        try {
            running.close();
        } catch (IOException failure) {
            LOG.error("closing failed", failure);
        }
    }
}
