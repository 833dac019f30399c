package dev.quorate.store.cli;

import dev.quorate.store.Bytes;
import dev.quorate.store.codec.FactCodec;
import dev.quorate.store.mvcc.FoundVersion;
import dev.quorate.store.mvcc.KeyValue;
import dev.quorate.store.mvcc.MvccView;
import dev.quorate.store.node.Node;
import dev.quorate.store.node.port.DurableLog.Room;
import dev.quorate.store.node.port.Meters;
import dev.quorate.store.node.port.SnapshotStore;
import dev.quorate.store.node.port.StagedState;
import dev.quorate.store.node.port.StatePosition;
import dev.quorate.store.ops.Versions;
import dev.quorate.store.raft.Membership;
import dev.quorate.store.snapshot.BoltFile;
import dev.quorate.store.state.Fact;
import dev.quorate.store.state.StoreState;
import dev.quorate.store.vlog.DamagedValueLog;
import dev.quorate.store.vlog.Recovery;
import dev.quorate.store.vlog.StateFolder;
import dev.quorate.store.vlog.ValueLogFiles;
import dev.quorate.store.vlog.ValueLogOptions;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.Collection;
import java.util.Optional;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.Executor;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A member's state on disk, loaded: the value log and what was rebuilt from it. */
final class DiskState implements Node.StateForcer, AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(DiskState.class);

    /** A read that takes longer than this of a state that was replaced is told so. */
    private static final long READERS_PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(30);

    private final StateFolder folder;
    private final StagedState.Active active;
    private final Around around;
    private final Semaphore hurry = new Semaphore(0);
    private volatile Present present;
    private volatile Consumer<Room> room = enough -> {};
    private volatile Consumer<String> damage = what -> {};
    private volatile boolean closed;

    /**
     * What it works with.
     *
     * @param background may wait for the disk
     * @param died hears of a failure after which nobody knows what is on the disk
     */
    record Around(ValueLogOptions options, Executor background, Meters meters, BiConsumer<String, Throwable> died) {}

    /** What was loaded from a log, and that log. */
    private record Present(StoreState state, ValueLogFiles log) {}

    private DiskState(StateFolder folder, StagedState.Active active, Around around) {
        this.folder = folder;
        this.active = active;
        this.around = around;
        this.present = new Present(active.state(), folder.log());
        folder.log().onReserveWanted(hurry::release);
    }

    /**
     * Opens and loads.
     *
     * @param safeIndex the state was safe up to here once; less than that is damage
     */
    static DiskState open(Path parent, long safeIndex, Around around) throws IOException {
        Loading loading = new Loading();
        StateFolder folder = StateFolder.open(parent, around.options(), safeIndex, loading);
        return new DiskState(folder, loading.finish(folder.log()), around);
    }

    StagedState.Active active() {
        return active;
    }

    /** The folder's, and etcd's format on top. */
    SnapshotStore snapshots() {
        return new SnapshotStore() {
            @Override
            public Export export() throws IOException {
                return folder.export();
            }

            @Override
            public Import receive(StatePosition position, long sizeBytes) throws IOException {
                return folder.receive(position, sizeBytes);
            }

            @Override
            public Database database() throws IOException {
                Present now = present;
                // This picture knows what the log had lost before the start; what it has lost since was declared
                // dead first, and the export, which comes later, knows that.
                MvccView view = now.state().view();
                Export state = now.log().export();
                try {
                    return new BoltFile(
                            state, (at, encoded) -> view.isGivenUp(KeyValue.keyOf(encoded), at), Versions.STORAGE);
                } catch (IOException | RuntimeException failure) {
                    state.close();
                    throw failure;
                }
            }
        };
    }

    @Override
    public void force(Consumer<StatePosition> safe) {
        around.background().execute(() -> {
            ValueLogFiles log = folder.log();
            try {
                long begun = System.nanoTime();
                StatePosition position = log.force();
                around.meters().stateForce().took(System.nanoTime() - begun);
                LOG.info("saved snapshot index={}", position.index());
                safe.accept(position);
            } catch (IOException | RuntimeException failure) {
                // Another state is in its place, or the member ends: nobody waits for this one.
                if (closed || log != folder.log()) return;
                around.died().accept("upkeep", failure);
            }
        });
    }

    void onRoom(Consumer<Room> listener) {
        room = listener;
        folder.log().onRoom(listener);
    }

    /** Sets room aside, and finds out whether there is any. Not on the thread of {@link #upkeep}, which takes its time. */
    void reserve() {
        if (!closed) folder.log().reserve();
    }

    /** Gives dead space back and makes the next start short, one step of each; false when there is nothing to do. */
    boolean upkeep() {
        if (closed) return false;
        dropUseless();
        try {
            boolean reclaimed = folder.log().reclaim();
            return folder.log().checkpoint() || reclaimed;
        } catch (DamagedValueLog damaged) {
            damage.accept(damaged.getMessage());
            return false;
        } catch (IOException failure) {
            if (folder.log().isBroken()) died("upkeep", failure);
            else if (!Room.isWanting(failure))
                LOG.warn("upkeep of the state failed: {}", String.valueOf(failure.getMessage()));
            return false;
        }
    }

    /** Until {@link #reserve} should be called again: so long, or less when there is something to set aside. */
    void rest(long millis) throws InterruptedException {
        if (hurry.tryAcquire(millis, TimeUnit.MILLISECONDS)) hurry.drainPermits();
    }

    private void dropUseless() {
        folder.dropReplaced(READERS_PATIENCE_NANOS);
        try {
            folder.dropOvertaken();
        } catch (IOException failure) {
            LOG.warn("a half received state cannot be removed: {}", String.valueOf(failure.getMessage()));
        }
    }

    /** Gives all dead space back that there is, with bounded speed, while everything goes on. */
    Optional<String> defragment() {
        try {
            ValueLogFiles log;
            do {
                log = folder.log();
                log.reclaimAll();
            } while (log != folder.log());
            return Optional.empty();
        } catch (IOException | RuntimeException failure) {
            if (folder.log().isBroken()) died("defragmentation", failure);
            LOG.warn("defragmentation failed", failure);
            return Optional.of("the space could not be given back: " + failure.getMessage());
        }
    }

    /** Files that are closed under a sync are no fault: the member ends. */
    private void died(String what, Exception failure) {
        if (!closed) around.died().accept(what, failure);
    }

    /** Hears of bytes that are not what was written. */
    void onDamage(Consumer<String> listener) {
        damage = listener;
        folder.log().onDamage(listener);
    }

    /** Loads the state that has just been received whole. */
    StagedState load(StatePosition announced) throws IOException {
        Loading loading = new Loading();
        ValueLogFiles log = folder.openWhole(announced, loading);
        try {
            return new Staged(log, loading.finish(log));
        } catch (RuntimeException | Error unreadable) {
            folder.discard(log);
            throw unreadable;
        }
    }

    /** The member is about to end: its threads must not wait for room any more. */
    void stopWaiting() {
        folder.log().stopWaiting();
    }

    @Override
    public void close() {
        closed = true;
        folder.close();
    }

    private final class Staged implements StagedState {
        private final ValueLogFiles log;
        private final Active loaded;

        Staged(ValueLogFiles log, Active loaded) {
            this.log = log;
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
            try {
                folder.activate(log);
                log.onRoom(room);
                log.onReserveWanted(hurry::release);
                log.onDamage(damage);
                present = new Present(loaded.state(), log);
                return loaded;
            } catch (IOException failure) {
                throw new UncheckedIOException("the received state cannot take its place", failure);
            }
        }

        @Override
        public void discard() {
            try {
                folder.discard(log);
            } catch (IOException failure) {
                LOG.warn("a received state cannot be removed: {}", String.valueOf(failure.getMessage()));
            }
        }
    }

    /** Collects what the log tells, the latest fact of each thing. */
    private static final class Loading implements Recovery {
        private final LateLog late = new LateLog();
        private final StoreState.Restoring restoring = new StoreState.Restoring(late);
        private final SortedMap<Bytes, Bytes> facts = new TreeMap<>();

        @Override
        public void version(FoundVersion found) {
            restoring.version(found);
        }

        @Override
        public void fact(Bytes key, Bytes value) {
            if (value.isEmpty()) facts.remove(key);
            else facts.put(key, value);
        }

        StagedState.Active finish(ValueLogFiles log) {
            late.is(log);
            Membership membership = Membership.EMPTY;
            for (var entry : facts.entrySet()) {
                Fact fact = FactCodec.decode(entry.getKey(), entry.getValue());
                restoring.fact(fact);
                if (fact instanceof Fact.RaftMembership raft) membership = membership(raft);
            }
            StatePosition position = log.position();
            return new StagedState.Active(restoring.finish(position.revision()), log, membership, position);
        }

        private static Membership membership(Fact.RaftMembership raft) {
            return new Membership(
                    sorted(raft.voters()),
                    sorted(raft.outgoing()),
                    sorted(raft.learners()),
                    sorted(raft.learnersNext()),
                    raft.autoLeave());
        }

        private static SortedSet<Long> sorted(Collection<Long> ids) {
            SortedSet<Long> set = new TreeSet<>(Long::compareUnsigned);
            set.addAll(ids);
            return set;
        }
    }
}
