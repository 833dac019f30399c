package dev.quorate.store.node;

import dev.quorate.store.codec.MessageCodec;
import dev.quorate.store.raft.Entry;
import dev.quorate.store.raft.EntryId;
import dev.quorate.store.raft.HardState;
import dev.quorate.store.raft.Membership;
import dev.quorate.store.raft.Message;
import dev.quorate.store.raft.RaftConfig;
import dev.quorate.store.raft.RaftCore;
import dev.quorate.store.raft.Restored;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.SortedMap;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/** One member of the simulation: a real node on a simulated disk, network and clock. */
final class SimMember {
    private static final long WALL_START = 1_700_000_000_000L;

    final long id;
    private final SimWorld world;
    private final RandomGenerator random;
    private final NodeConfig config;
    final SimLog.Durable disk = new SimLog.Durable();
    private SimState state;
    private @Nullable Life life;
    private int lives;

    /** From one start to the next crash. */
    final class Life implements Peers, Node.StateForcer {
        final Mailbox mailbox = new Mailbox(1_000);
        final SimLog log = new SimLog(disk, world.agenda, random, this::poke);
        final RaftCore raft;
        final Node node;
        boolean ended;
        private boolean turnPlanned;
        private boolean applyPlanned;

        Life() {
            StagedState.Active active = state.load();
            raft = new RaftCore(raftConfig(), restored(active, log));
            node = new Node(new Node.Parts(
                    new NodeStatus.NodeIdentity(77, id, "m" + id, 1),
                    config,
                    raft,
                    active,
                    mailbox,
                    new Node.Outside(log, this, new NoSnapshots(), this, clock(), why -> {})));
            log.start(mailbox);
            tick();
        }

        private void tick() {
            if (ended) return;
            mailbox.tick();
            poke();
            world.agenda.after(95 + random.nextInt(11), this::tick);
        }

        /** Something may have come: the loop and the apply thread get their chance soon. */
        void poke() {
            planTurn();
            if (ended || applyPlanned) return;
            applyPlanned = true;
            world.agenda.after(1 + random.nextInt(world.slowApplyMillis), this::apply);
        }

        private void planTurn() {
            if (ended || turnPlanned || mailbox.isEmpty()) return;
            turnPlanned = true;
            world.agenda.after(random.nextInt(3), this::turn);
        }

        private void turn() {
            turnPlanned = false;
            if (ended) return;
            node.turn();
            if (raft.isLeader()) world.truth.leads(raft.term(), id);
            poke();
        }

        private void apply() {
            applyPlanned = false;
            if (ended) return;
            if (node.applyNext()) poke();
            planTurn();
            world.truth.revision(id, lives, node.state().view().revision());
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
        public void sendSnapshot(long to, long leaderTerm, SnapshotStore from, Consumer<Boolean> delivered) {
            SimState sent = state;
            StagedState.Active picture = sent.copy(world.truth.silent()).load();
            world.agenda.after(20 + random.nextInt(200), () -> {
                boolean arrived = random.nextInt(5) != 0 && world.takeSnapshot(to, id, leaderTerm, sent, picture);
                if (ended) return;
                delivered.accept(arrived);
                poke();
            });
        }

        @Override
        public CompletableFuture<LeaderCall.Answer> ask(long leader, LeaderCall call) {
            CompletableFuture<LeaderCall.Answer> answer = new CompletableFuture<>();
            world.ask(leader, call, answer);
            return answer;
        }

        @Override
        public long silentMillis(long member) {
            return 0;
        }

        @Override
        public void force(Consumer<StatePosition> safe) {
            SimState forced = state;
            world.agenda.after(1 + random.nextInt(50), () -> {
                if (ended || !forced.equals(state)) return;
                safe.accept(forced.force());
                poke();
            });
        }
    }

    SimMember(long id, SimWorld world, RandomGenerator random, NodeConfig config, List<Entry> firstEntries) {
        this.id = id;
        this.world = world;
        this.random = random;
        this.config = config;
        this.state = new SimState(this::witness);
        disk.entries.addAll(firstEntries);
        if (!firstEntries.isEmpty()) disk.hardState = new HardState(1, 0, firstEntries.size());
    }

    private void witness(StatePosition before, StatePosition after, int hash) {
        Life now = life;
        if (now == null) throw new AssertionError("a dead member applies");
        for (long index = before.index() + 1; index <= after.index(); index++) {
            Entry entry = now.log.at(index);
            if (entry == null) throw new AssertionError("member " + id + " applied " + index + " without having it");
            world.truth.applied(id, entry);
        }
        world.truth.state(id, after.index(), hash);
    }

    private RaftConfig raftConfig() {
        RaftConfig usual = RaftConfig.of(id, 10, 1, random);
        return new RaftConfig(id, 10, 1, true, true, 16, 1 << 20, 1 << 10, 1 << 20, usual.random());
    }

    /** As the wiring of a real member does it. */
    private Restored restored(StagedState.Active active, SimLog log) {
        StatePosition at = active.position();
        if (at.index() < disk.safeIndex)
            throw new AssertionError("member " + id + " lost state that was safe: " + at + " < " + disk.safeIndex);
        long last = disk.base.index() + disk.entries.size();
        Entry entry = log.at(at.index());
        boolean known = at.index() == 0
                || (at.index() == disk.base.index() && at.term() == disk.base.term())
                || (entry != null && entry.term() == at.term());
        HardState hard = disk.hardState;
        if (known && at.index() <= last) {
            return new Restored(
                    new HardState(hard.term(), hard.vote(), Math.max(hard.commit(), at.index())),
                    active.membership(),
                    disk.base,
                    disk.entries,
                    at.index());
        }
        long term = Math.max(hard.term(), at.term());
        HardState next = new HardState(term, term == hard.term() ? hard.vote() : 0, at.index());
        EntryId base = new EntryId(at.term(), at.index());
        log.install(0, next, base, active.membership());
        return new Restored(next, active.membership(), base, List.of(), at.index());
    }

    private Node.Ticker clock() {
        return new Node.Ticker() {
            @Override
            public long millis() {
                return world.agenda.nowMillis();
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

    void start() {
        lives++;
        life = new Life();
    }

    void crash() {
        Life now = life;
        if (now == null) return;
        now.ended = true;
        now.log.crash();
        state.crash(random);
        life = null;
    }

    void slowDisk(int millis) {
        if (life != null) life.log.slowMillis = millis;
    }

    /** A whole state arrived; it lies beside the present one until it is put in its place. */
    boolean takeSnapshot(long from, long leaderTerm, SimState sent, StagedState.Active picture) {
        Life now = life;
        if (now == null) return false;
        SimState beside = sent.copy(this::witness);
        while (beside.position().index() > picture.position().index()) beside.dropLast();
        StagedState.Active loaded = beside.load();
        now.mailbox.snapshotReady(
                new Message.InstallSnapshot(
                        from,
                        id,
                        leaderTerm,
                        new EntryId(loaded.position().term(), loaded.position().index()),
                        loaded.membership()),
                new Staged(beside, loaded));
        now.poke();
        return true;
    }

    private final class Staged implements StagedState {
        private final SimState beside;
        private final Active loaded;

        Staged(SimState beside, Active loaded) {
            this.beside = beside;
            this.loaded = loaded;
        }

        @Override
        public StatePosition position() {
            return loaded.position();
        }

        @Override
        public Membership membership() {
            return loaded.membership();
        }

        @Override
        public Active activate() {
            beside.force();
            state = beside;
            return loaded;
        }

        @Override
        public void discard() {}
    }

    /** The world copies states itself. */
    private static final class NoSnapshots implements SnapshotStore {
        @Override
        public Export export() {
            throw new UnsupportedOperationException();
        }

        @Override
        public Import receive(StatePosition position, long sizeBytes) {
            throw new UnsupportedOperationException();
        }
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
