package dev.quorate.store.raft;

import dev.quorate.store.Bytes;
import dev.quorate.store.raft.Message.InstallSnapshot;
import dev.quorate.store.raft.Message.VoteReply;
import dev.quorate.store.raft.Message.VoteRequest;
import dev.quorate.store.raft.RaftStatus.FollowerView;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;
import org.jspecify.annotations.Nullable;

/** One member of the simulation: the core, a disk, a state machine that is only an index, and the loop around them. */
final class SimMember {
    private final long id;
    private final RaftSimulation world;
    private final RandomGenerator random;
    private final SimDisk disk;

    private @Nullable RaftCore core;
    private int life;
    /** Copy of the log in the core's memory. */
    private List<Entry> log = new ArrayList<>();

    private EntryId base = EntryId.NONE;
    private long applied;
    private long commitSeen;
    private long nextRead;
    private Map<Long, Long> readFloors = new TreeMap<>();

    SimMember(long id, RaftSimulation world, RandomGenerator random, EntryId base) {
        this.id = id;
        this.world = world;
        this.random = random;
        this.disk = new SimDisk(base);
        this.nextRead = id * 1_000_000;
    }

    boolean isUp() {
        return core != null;
    }

    SimDisk disk() {
        return disk;
    }

    RaftCore core() {
        if (core == null) throw new AssertionError("member is down: " + id);
        return core;
    }

    int openReads() {
        return readFloors.size();
    }

    void start() {
        life++;
        Truth truth = world.truth();
        base = disk.base();
        long durable = Math.min(applied, disk.lastIndex());
        applied = base.index() + random.nextLong(Math.max(1, durable - base.index() + 1));
        log = new ArrayList<>();
        log.addAll(disk.entries());
        readFloors = new TreeMap<>();
        RandomGenerator dice = RandomGeneratorFactory.of("L64X128MixRandom").create(random.nextLong());
        RaftConfig config = world.config(id, dice);
        core = new RaftCore(
                config, new Restored(disk.hardState(), truth.membershipAt(applied), base, disk.entries(), applied));
        commitSeen = core().commit();
        turn();
        planTick(life);
    }

    void crash() {
        core = null;
        disk.crash(random);
    }

    private void planTick(int ofLife) {
        world.agenda().after(9 + random.nextInt(3), () -> {
            if (life != ofLife || !isUp()) return;
            act(RaftCore::tick);
            planTick(ofLife);
        });
    }

    void read() {
        long readId = nextRead++;
        readFloors.put(readId, world.truth().committed());
        act(core -> core.read(readId));
    }

    /** One input, then everything that follows from it; then the invariants. */
    void act(Consumer<RaftCore> input) {
        input.accept(core());
        turn();
    }

    private void turn() {
        Membership before = core().membership();
        while (core().hasReady()) {
            Ready ready = core().ready();
            world.trace(id, ready);
            follow(ready);
        }
        checkCommit(before);
    }

    private void follow(Ready ready) {
        Truth.check(ready.batch() != 0 || ready.sendAfterPersist().isEmpty(), "messages wait for no batch", ready);
        Truth.check(ready.batch() != 0 || !ready.mustSync(), "something to persist without a batch", ready);
        mirror(ready);
        ready.sendNow().forEach(this::send);
        if (ready.batch() != 0) write(ready);
        for (Ready.ReadPoint point : ready.reads()) checkRead(point);
        for (long lost : ready.readsLost()) {
            Truth.check(readFloors.remove(lost) != null, "a read was lost that nobody asked", lost);
        }
        for (Notice notice : ready.notices()) {
            world.count(notice);
            if (notice instanceof Notice.BecameLeader leader) world.truth().leads(id, leader.term(), this::holds);
        }
        ready.snapshotsWanted().forEach(this::stream);
        apply(ready);
    }

    private void mirror(Ready ready) {
        InstallSnapshot install = ready.install();
        if (install != null) {
            base = install.base();
            log = new ArrayList<>();
            applied = base.index();
            Truth.check(world.truth().id(base.index()).equals(base), "a snapshot of what was not committed", base);
            Truth.check(
                    world.truth().membershipAt(applied).equals(core().membership()), "membership of snapshot", base);
        }
        for (Entry entry : ready.entries()) {
            int position = (int) (entry.index() - base.index() - 1);
            log.subList(position, log.size()).clear();
            world.truth()
                    .writes(
                            entry,
                            position == 0 ? base.term() : log.get(position - 1).term());
            log.add(entry);
        }
    }

    private boolean holds(EntryId entry) {
        int position = (int) (entry.index() - base.index() - 1);
        return position < 0 || (position < log.size() && log.get(position).id().equals(entry));
    }

    private void write(Ready ready) {
        boolean idle = !disk.isBusy();
        disk.write(ready);
        if (idle) planCompletion(life);
    }

    private void planCompletion(int ofLife) {
        world.agenda().after(world.diskDelay(random), () -> {
            if (life != ofLife || !isUp()) return;
            Ready done = disk.complete();
            done.sendAfterPersist().forEach(this::send);
            if (disk.isBusy()) planCompletion(ofLife);
            act(core -> core.persisted(done.batch()));
        });
    }

    private void send(Message message) {
        switch (message) {
            case VoteRequest request -> world.truth().votes(id, request.term(), id);
            case VoteReply reply when reply.granted() -> world.truth().votes(id, reply.term(), reply.to());
            default -> {}
        }
        world.network().send(id, message.to(), message);
    }

    private void apply(Ready ready) {
        for (Entry entry : ready.committed()) {
            Truth.check(entry.index() == applied + 1, "applied out of order", applied, entry);
            Truth.check(disk.holds(entry.id()), "applied before it was durable here", id, entry);
            if (entry.index() <= world.truth().committed()) {
                Truth.check(world.truth().entry(entry.index()).equals(entry), "applied something else", entry);
            }
            applied = entry.index();
            if (entry.kind().isChange()) core().applyChange(Changes.parse(entry.data()));
        }
        long upTo = applied;
        int ofLife = life;
        if (!ready.committed().isEmpty()) {
            world.agenda().after(random.nextInt(4), () -> {
                if (life == ofLife && isUp()) act(core -> core.applied(Math.min(upTo, applied)));
            });
        }
    }

    private void checkRead(Ready.ReadPoint point) {
        Long floor = readFloors.remove(point.readId());
        if (floor == null) throw new AssertionError("an answer to a read that nobody asked " + point);
        Truth.check(point.index() >= floor, "a stale read", id, floor, point);
        world.readAnswered();
    }

    private void checkCommit(Membership before) {
        long commit = core().commit();
        Truth.check(commit >= commitSeen, "commit went back", commitSeen, commit);
        boolean counted = commit > world.truth().committed();
        Truth.check(
                !counted || termAt(commit) == core().term(),
                "entries of an older term were committed by counting",
                id,
                commit);
        for (long index = Math.max(commitSeen, base.index()) + 1; index <= commit; index++) {
            world.commits(id, log.get((int) (index - base.index() - 1)), before);
        }
        commitSeen = commit;
        Truth.check(
                !isUp() || core().membership().equals(world.truth().membershipAt(applied)),
                "members disagree about the membership",
                id,
                applied);
    }

    private long termAt(long index) {
        return index == base.index()
                ? base.term()
                : log.get((int) (index - base.index() - 1)).term();
    }

    private void stream(long follower) {
        EntryId at = world.truth().id(applied);
        Membership membership = world.truth().membershipAt(applied);
        InstallSnapshot whole = new InstallSnapshot(id, follower, core().term(), at, membership);
        boolean delivered = random.nextInt(4) != 0;
        int ofLife = life;
        world.agenda().after(10 + random.nextInt(300), () -> {
            if (delivered) world.deliver(follower, whole);
            world.agenda().after(random.nextInt(20), () -> {
                if (life == ofLife && isUp()) act(core -> core.reportSnapshot(follower, delivered ? at.index() : 0));
            });
        });
    }

    void compact() {
        RaftStatus status = core().status();
        long from = status.base().index();
        long index = from + random.nextLong(Math.max(1, status.applied() - from + 1));
        if (index <= from) return;
        act(core -> core.compact(index));
        EntryId id = world.truth().id(index);
        log.subList(0, (int) (index - base.index())).clear();
        base = id;
        if (!disk.isBusy()) disk.compact(id);
    }

    void propose(String text) {
        act(core -> core.propose(List.of(Bytes.utf8(text))));
    }

    void change(String text) {
        MembershipChange change = Changes.parse(text);
        act(core -> core.proposeChange(change, EntryKind.CHANGE_V2, Changes.encode(change)));
    }

    List<FollowerView> followers() {
        return core().status().followers();
    }
}
