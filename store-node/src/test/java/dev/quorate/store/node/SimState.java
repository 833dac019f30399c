package dev.quorate.store.node;

import dev.quorate.store.Bytes;
import dev.quorate.store.codec.FactCodec;
import dev.quorate.store.mvcc.FoundVersion;
import dev.quorate.store.mvcc.Revision;
import dev.quorate.store.mvcc.ValueLog;
import dev.quorate.store.raft.Membership;
import dev.quorate.store.state.Fact;
import dev.quorate.store.state.StoreState;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.random.RandomGenerator;

/** A value log in memory that remembers its batches, so that a crash can take some from its end. */
final class SimState implements ValueLog {
    /** Hears of every whole batch. */
    interface Witness {
        void batch(StatePosition before, StatePosition after, int hash);
    }

    private record Version(Revision revision, boolean tombstone, Bytes encoded) {}

    private record Batch(List<Version> versions, Map<Bytes, Bytes> facts, StatePosition position, int hash) {}

    private static final Bytes DIGEST = FactCodec.key(new Fact.StateDigest(0));

    private final List<Batch> batches = new ArrayList<>();
    private final TreeMap<Revision, Bytes> values = new TreeMap<>();
    private final Witness witness;
    private List<Version> openVersions = new ArrayList<>();
    private Map<Bytes, Bytes> openFacts = new TreeMap<>();
    private int hash;
    private StatePosition position = new StatePosition(0, 0, 0);
    private long forcedIndex;

    SimState(Witness witness) {
        this.witness = witness;
    }

    /** The same state, in another member's hands. */
    SimState copy(Witness of) {
        SimState copy = new SimState(of);
        copy.batches.addAll(batches);
        copy.restore();
        copy.forcedIndex = copy.position.index();
        return copy;
    }

    private void restore() {
        values.clear();
        openVersions = new ArrayList<>();
        openFacts = new TreeMap<>();
        for (Batch batch : batches)
            for (Version version : batch.versions()) values.put(version.revision(), version.encoded());
        hash = batches.isEmpty() ? 0 : batches.getLast().hash();
        position = batches.isEmpty()
                ? new StatePosition(0, 0, 0)
                : batches.getLast().position();
    }

    void crash(RandomGenerator random) {
        while (!batches.isEmpty() && batches.getLast().position().index() > forcedIndex && random.nextInt(3) != 0)
            batches.removeLast();
        restore();
    }

    void dropLast() {
        batches.removeLast();
        restore();
    }

    StatePosition force() {
        forcedIndex = position.index();
        return position;
    }

    StatePosition position() {
        return position;
    }

    /** Reads everything and makes the state from it. */
    StagedState.Active load() {
        StoreState.Restoring restoring = new StoreState.Restoring(this);
        TreeMap<Bytes, Bytes> facts = new TreeMap<>();
        List<FoundVersion> versions = new ArrayList<>();
        for (Batch batch : batches) {
            for (Version version : batch.versions())
                versions.add(FoundVersion.of(version.revision(), version.tombstone(), version.encoded()));
            facts.putAll(batch.facts());
        }
        versions.sort(Comparator.comparing(FoundVersion::key).thenComparing(FoundVersion::at));
        versions.forEach(restoring::version);
        Membership membership = Membership.EMPTY;
        for (Map.Entry<Bytes, Bytes> one : facts.entrySet()) {
            if (one.getValue().isEmpty()) continue;
            Fact fact = FactCodec.decode(one.getKey(), one.getValue());
            restoring.fact(fact);
            if (fact instanceof Fact.RaftMembership raft)
                membership = new Membership(
                        new TreeSet<>(raft.voters()),
                        new TreeSet<>(raft.outgoing()),
                        new TreeSet<>(raft.learners()),
                        new TreeSet<>(raft.learnersNext()),
                        raft.autoLeave());
        }
        return new StagedState.Active(restoring.finish(position.revision()), this, membership, position);
    }

    @Override
    public void append(Revision revision, boolean tombstone, Bytes encoded) {
        openVersions.add(new Version(revision, tombstone, encoded));
        values.put(revision, encoded);
        hash = 31 * hash + revision.hashCode() + encoded.hashCode();
    }

    @Override
    public void appendFact(Bytes key, Bytes value) {
        openFacts.put(key, value);
        // Once in a batch, and batches differ between members.
        if (key.equals(DIGEST)) return;
        hash = 31 * hash + key.hashCode() + value.hashCode();
    }

    @Override
    public void endBatch(long appliedIndex, long appliedTerm, long revision) {
        StatePosition before = position;
        position = new StatePosition(appliedIndex, appliedTerm, revision);
        batches.add(new Batch(openVersions, openFacts, position, hash));
        openVersions = new ArrayList<>();
        openFacts = new TreeMap<>();
        witness.batch(before, position, hash);
    }

    @Override
    public Bytes read(Revision revision) {
        return values.getOrDefault(revision, Bytes.EMPTY);
    }

    @Override
    public void scan(long fromMain, long toMainInclusive, Visitor visitor) {
        for (Batch batch : batches) {
            for (Version one : batch.versions()) {
                long main = one.revision().main();
                if (main < fromMain || main > toMainInclusive) continue;
                if (!visitor.version(one.revision(), one.tombstone(), one.encoded())) return;
            }
        }
    }

    @Override
    public long sizeBytes() {
        return 0;
    }

    @Override
    public long liveBytes() {
        return 0;
    }

    @Override
    public void dead(Revision revision) {}
}
