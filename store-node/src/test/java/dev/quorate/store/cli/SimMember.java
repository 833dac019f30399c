package dev.quorate.store.cli;

import dev.quorate.store.codec.MessageCodec;
import dev.quorate.store.node.Mailbox;
import dev.quorate.store.node.Node;
import dev.quorate.store.node.NodeStatus;
import dev.quorate.store.node.port.LeaderCall;
import dev.quorate.store.node.port.Meters;
import dev.quorate.store.node.port.Peers;
import dev.quorate.store.node.port.SnapshotStore;
import dev.quorate.store.raft.Entry;
import dev.quorate.store.raft.HardState;
import dev.quorate.store.raft.Message;
import dev.quorate.store.raft.RaftConfig;
import dev.quorate.store.raft.RaftCore;
import dev.quorate.store.sim.SimDisk;
import dev.quorate.store.state.Command;
import dev.quorate.store.state.StoreState;
import dev.quorate.store.vlog.ValueLogOptions;
import dev.quorate.store.vlog.ValueLogOptions.ReadMode;
import dev.quorate.store.wal.Wal;
import dev.quorate.store.wal.WalMetadata;
import dev.quorate.store.wal.WalOptions;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.List;
import java.util.SortedMap;
import java.util.concurrent.CompletableFuture;
import java.util.function.LongConsumer;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/** One member of the simulation: a real node, log and value log on a simulated disk, network and clock. */
final class SimMember {
    /** So long a leader asks whether its state is everybody's before it gives it away although nobody has answered. */
    private static final long ASKS_FIRST_MILLIS = 2_000;

    private static final long WALL_START = 1_700_000_000_000L;
    private static final long CLUSTER = 77;
    private static final WalOptions WAL = new WalOptions(4 << 10, true, nanos -> {}, Runnable::run);

    final long id;
    final SimDisk disk;
    final SimWorld world;
    private final RandomGenerator random;

    /** How fast this member's clock goes, in thousandths of the true speed. */
    private final int clockSpeed;

    private final ValueLogOptions valueLog;
    private final Path walFolder;
    private final Path stateFolder;
    private @Nullable Life life;
    private int lives;
    private int slowDiskMillis = 3;
    private boolean removed;
    private boolean astray;
    private long astrayAt;
    private boolean condemned;

    /** What a member does may end with its power. */
    interface Step {
        void run() throws IOException;
    }

    /** From one start to the next crash. */
    final class Life implements Peers {
        final Mailbox mailbox = new Mailbox(1_000);
        final SimLog log;
        final DiskState state;
        final RaftCore raft;
        final Node node;
        boolean ended;
        private boolean turnPlanned;
        private boolean applyPlanned;
        private boolean logPlanned;
        private long ledTerm;
        private long leadsSinceMillis;
        private long appliedBefore;

        Life() throws IOException {
            Wal wal = Wal.open(walFolder, WAL);
            log = new SimLog(wal);
            state = DiskState.open(
                    stateFolder,
                    wal.recovered().mark().id().index(),
                    new DiskState.Around(valueLog, this::later, new Meters(), (thread, failure) -> {
                        throw new AssertionError("member " + id + " died in " + thread, failure);
                    }));
            raft = new RaftCore(raftConfig(), RunningMember.restored(wal, state.active()));
            node = new Node(new Node.Parts(
                    new NodeStatus.NodeIdentity(CLUSTER, id, "m" + id, 1),
                    world.config,
                    raft,
                    state.active(),
                    mailbox,
                    new Node.Outside(log, this, state.snapshots(), state, clock(), why -> removed = true)));
            state.onDamage(node::damaged);
            // The power may have gone when they were on the disk already and nobody had been told.
            long applied = state.active().position().index();
            for (long index = raft.status().base().index() + 1; index <= applied; index++) applied(index);
        }

        private void begin() {
            // What led it astray may have gone with its power.
            if (astray)
                astray = !world.truth.isKnown(
                        node.status().progress().applied(), node.state().digest());
            state.onRoom(mailbox::stateRoom);
            tick();
            reclaim();
            publish();
        }

        /** As the process does: who has no name does not count as started. */
        private void publish() {
            after(300 + random.nextInt(500), () -> {
                boolean nameless = node.state()
                        .members()
                        .get(id)
                        .filter(self -> self.name().isEmpty())
                        .isPresent();
                if (nameless) {
                    var _ = node.propose(new Command.MemberAttributes(id, "n" + id, List.of()));
                    poke();
                }
                publish();
            });
        }

        private void tick() {
            if (ended) return;
            mailbox.tick();
            poke();
            after((95 + random.nextInt(11)) * 1_000 / clockSpeed, this::tick);
        }

        private void reclaim() {
            after(200 + random.nextInt(600), () -> {
                int rounds = 0;
                state.reserve();
                while (state.upkeep()) {
                    world.reclaimed++;
                    if (rounds++ > 1_000) throw new AssertionError("reclaiming never ends");
                }
                reclaim();
            });
        }

        private void later(Runnable task) {
            after(1 + random.nextInt(50), () -> {
                task.run();
                poke();
            });
        }

        void after(long delayMillis, Step step) {
            world.agenda.after(delayMillis, () -> {
                if (!ended) guarded(step);
            });
        }

        /** Something may have come: the loop, the log and the apply thread get their chance soon. */
        void poke() {
            if (!turnPlanned) after(random.nextInt(3), this::turn);
            if (!logPlanned) after(1 + random.nextInt(slowDiskMillis), this::write);
            if (!applyPlanned) after(1 + random.nextInt(world.slowApplyMillis), this::apply);
            turnPlanned = true;
            logPlanned = true;
            applyPlanned = true;
        }

        private void turn() {
            turnPlanned = false;
            if (!node.turn()) return;
            if (raft.isLeader()) leads();
            poke();
        }

        private void leads() {
            world.truth.leads(raft.term(), id);
            if (raft.term() == ledTerm) return;
            ledTerm = raft.term();
            leadsSinceMillis = world.agenda.nowMillis();
            appliedBefore = node.status().progress().applied();
        }

        private void write() throws IOException {
            logPlanned = false;
            if (log.write(mailbox)) poke();
        }

        private void apply() {
            applyPlanned = false;
            StoreState before = node.state();
            long from = node.status().progress().applied();
            if (node.applyNext()) poke();
            long to = node.status().progress().applied();
            boolean installed = !node.state().equals(before);
            if (installed) {
                world.installed++;
                astray = false;
            }
            for (long index = from + 1; index <= to && !installed; index++) applied(index);
            if (to < from) throw new AssertionError("member " + id + " went back from " + from + " to " + to);
            if (to > from && !astray) {
                world.truth.state(id, to, node.state().view());
                world.truth.digest(id, to, node.state().digest());
            }
            world.truth.revision(id, lives, node.state().view().revision());
        }

        private void applied(long index) {
            Entry entry = log.at(index);
            if (entry == null) throw new AssertionError("member " + id + " applied " + index + " without having it");
            if (world.truth.applied(id, entry)) world.leases.applied(entry, world.agenda.nowMillis());
        }

        @Override
        public void send(Message message) {
            world.send(id, message);
        }

        void receive(List<Message> messages) {
            messages.forEach(mailbox::deliver);
            poke();
        }

        @Override
        public void update(SortedMap<Long, Address> members) {}

        @Override
        public void sendSnapshot(long to, long leaderTerm, SnapshotStore from, LongConsumer delivered) {
            after(1 + random.nextInt(20), () -> {
                Life receiver = world.life(to);
                if (astray) {
                    boolean asksFirst = world.agenda.nowMillis() - leadsSinceMillis < ASKS_FIRST_MILLIS;
                    if (asksFirst && appliedBefore > astrayAt)
                        throw new AssertionError("AstrayNeverSpreads: member " + id + " gives its state to " + to);
                    condemn();
                    crash();
                    return;
                }
                if (receiver == null) {
                    delivered.accept(0);
                    return;
                }
                new SimTransfer(this, receiver, random, delivered).begin(from, leaderTerm);
            });
        }

        @Override
        public CompletableFuture<LeaderCall.Answer> ask(long leader, LeaderCall call) {
            CompletableFuture<LeaderCall.Answer> answer = new CompletableFuture<>();
            world.ask(leader, call, answer);
            return answer;
        }

        @Override
        public long connectedMillis(long member) {
            return world.life(member) == null ? -1 : Long.MAX_VALUE;
        }

        SimMember member() {
            return SimMember.this;
        }

        private void guarded(Step step) {
            try {
                step.run();
            } catch (IOException | RuntimeException | Error failure) {
                if (!disk.isOut() && !world.damage.explains(SimMember.this, failure))
                    throw new AssertionError("member " + id + ": " + failure.getMessage(), failure);
                crash();
                world.restartLater(SimMember.this);
                return;
            }
            if (removed) crash();
        }
    }

    SimMember(long id, SimWorld world, RandomGenerator random) {
        this.id = id;
        this.world = world;
        this.random = random;
        this.disk = new SimDisk(random);
        this.clockSpeed =
                SimLeases.SLOWEST_CLOCK + random.nextInt(SimLeases.FASTEST_CLOCK - SimLeases.SLOWEST_CLOCK + 1);
        this.valueLog = new ValueLogOptions(
                4 << 10, random.nextBoolean() ? ReadMode.MMAP : ReadMode.PREAD, 0.3, Long.MAX_VALUE);
        this.walFolder = disk.root().resolve("data/member/wal");
        this.stateFolder = disk.root().resolve("data/member");
    }

    /** The member is born with these entries, or without any if it joins; the power stays on. */
    void birth(List<Entry> firstEntries) {
        try {
            Wal.create(walFolder, new WalMetadata(id, CLUSTER), WAL);
            if (firstEntries.isEmpty()) return;
            try (Wal wal = Wal.open(walFolder, WAL)) {
                wal.append(1, new HardState(1, 0, firstEntries.size()), firstEntries, true);
                wal.step(new Mailbox(1));
            }
        } catch (IOException impossible) {
            throw new UncheckedIOException(impossible);
        }
    }

    private RaftConfig raftConfig() {
        return new RaftConfig(id, 10, 1, true, true, 16, 1 << 20, 1 << 10, 1 << 20, random);
    }

    private Node.Ticker clock() {
        return new Node.Ticker() {
            @Override
            public long millis() {
                return world.agenda.nowMillis() * clockSpeed / 1_000;
            }

            @Override
            public long wallMillis() {
                return WALL_START + world.agenda.nowMillis();
            }
        };
    }

    @Nullable
    Life life() {
        return life;
    }

    boolean isRemoved() {
        return removed;
    }

    /** Its machine is taken away. */
    void remove() {
        removed = true;
        crash();
    }

    /** The others say that it is none of them any more. */
    void tellRemoved() {
        if (life == null) return;
        life.mailbox.removed();
        life.poke();
    }

    /** Its state is not that of its log: nobody asks it anything until it has another one. */
    boolean isAstray() {
        return astray;
    }

    void astray(long index) {
        astray = true;
        astrayAt = index;
    }

    /** It never starts again. So ends as well who gives another state away when nobody else could be asked. */
    void condemn() {
        condemned = true;
    }

    boolean isCondemned() {
        return condemned;
    }

    /** A start can be cut short as well; then another one follows. */
    void start() {
        if (removed || condemned || life != null) return;
        lives++;
        try {
            Life next = new Life();
            life = next;
            next.begin();
        } catch (IOException | RuntimeException | Error failure) {
            if (!disk.isOut() && !world.damage.explains(this, failure))
                throw new AssertionError("member " + id + " does not start: " + failure.getMessage(), failure);
            crash();
            world.restartLater(this);
        }
    }

    void crash() {
        Life now = life;
        if (now != null) now.ended = true;
        life = null;
        disk.crash();
    }

    void slowDisk(int millis) {
        slowDiskMillis = millis;
    }

    /** Every message crosses the wire format. */
    static List<Message> overTheWire(List<Message> messages) {
        try {
            ByteArrayOutputStream out = new ByteArrayOutputStream();
            MessageCodec.write(messages, out);
            return MessageCodec.read(new ByteArrayInputStream(out.toByteArray()));
        } catch (IOException impossible) {
            throw new UncheckedIOException(impossible);
        }
    }
}
