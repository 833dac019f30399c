package dev.quorate.store.state;

import dev.quorate.store.lease.Lease;
import dev.quorate.store.lease.Leases;
import dev.quorate.store.mvcc.FoundVersion;
import dev.quorate.store.mvcc.KeyEvent;
import dev.quorate.store.mvcc.MvccStore;
import dev.quorate.store.mvcc.MvccView;
import dev.quorate.store.mvcc.RangeQuery;
import dev.quorate.store.mvcc.RangeResult;
import dev.quorate.store.mvcc.ValueLog;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The replicated state of one member.
 *
 * <p>Apply thread: {@code apply} for each committed entry, then {@code endBatch}, then publish the events to watches and
 * answer clients. Everything else may be called from any thread and shows the state as of the last ended batch.
 */
public final class StoreState {
    private final ValueLog log;
    private final MvccStore store;
    private final Leases leases;
    private final KeyCommands keys;
    private final Digest digest;
    private Settings settings;
    private volatile Settings published;

    StoreState(ValueLog log, MvccStore store, Leases leases, Settings settings, long digest) {
        this.log = log;
        this.store = store;
        this.leases = leases;
        this.keys = new KeyCommands(store, leases);
        this.settings = settings;
        this.published = settings;
        this.digest = new Digest(digest);
    }

    /** The state before anything happened. */
    public StoreState(ValueLog log) {
        this(log, new MvccStore(log), new Leases(), Settings.NONE, 0);
    }

    /** Collects what a recovery of the value log finds and makes the state from it. */
    public static final class Restoring {
        private final Restore restore;

        public Restoring(ValueLog log) {
            restore = new Restore(log);
        }

        /** In the order of keys, and those of one key oldest first. */
        public void version(FoundVersion found) {
            restore.version(found);
        }

        public void fact(Fact fact) {
            restore.fact(fact);
        }

        /** Everything was told; {@code revision} is that of the last whole batch. */
        public StoreState finish(long revision) {
            return restore.finish(revision);
        }
    }

    /** What goes into the answer does not change the state. */
    public Applied apply(long index, Command command, AnswerRoom room) {
        Applied applied = apply(command, room);
        digest.take(index, applied);
        return applied;
    }

    /** The rolling hash of everything applied so far: equal on all members after the same entry. Apply thread. */
    public long digest() {
        return digest.value();
    }

    private Applied apply(Command command, AnswerRoom room) {
        Optional<Refusal> forbidden = settings.forbidden(command);
        if (forbidden.isPresent()) return of(new Outcome.Refused(forbidden.get()));
        return switch (command) {
            case Op.Put put -> of(keys.put(put));
            case Op.DeleteRange delete -> of(keys.deleteRange(delete, room));
            case Op.Txn txn -> of(keys.txn(txn, room));
            case Command.Compact compact -> compact(compact);
            case Command.LeaseGrant grant -> grant(grant);
            case Command.LeaseRevoke revoke -> revoke(revoke);
            case Command.LeaseCheckpoint checkpoint -> checkpoint(checkpoint);
            case Command.AlarmChange change -> of(settings.alarm(change));
            case Command.MemberAttributes attributes -> of(settings.attributes(attributes));
            case Command.MemberStart start -> of(settings.start(start));
            case Command.MembersChange change -> of(settings.members(change));
            case Command.ClusterVersionSet set -> of(settings.clusterVersion(set));
            case Command.DowngradeSet set -> of(settings.downgrade(set));
            case Command.Noop noop -> of(new Outcome.Done());
            case Command.Unknown unknown -> of(new Outcome.Refused(Refusal.UNKNOWN_COMMAND));
        };
    }

    private Applied compact(Command.Compact command) {
        if (command.revision() <= store.compactRevision()) return of(new Outcome.Refused(Refusal.COMPACTED));
        if (command.revision() > store.revision()) return of(new Outcome.Refused(Refusal.FUTURE_REVISION));
        store.compact(command.revision());
        return of(
                new Outcome.Compacted(store.revision()),
                List.of(),
                List.of(new Fact.CompactionMark(command.revision())));
    }

    private Applied grant(Command.LeaseGrant grant) {
        Optional<Refusal> refusal = Checks.leaseGrant(grant);
        if (refusal.isEmpty() && grant.id() == 0) refusal = Optional.of(Refusal.LEASE_NOT_FOUND);
        if (refusal.isEmpty() && leases.exists(grant.id())) refusal = Optional.of(Refusal.LEASE_EXISTS);
        if (refusal.isPresent()) return of(new Outcome.Refused(refusal.get()));
        long ttl = Math.max(1, grant.ttlSeconds());
        leases.set(new Lease(grant.id(), ttl, 0));
        return of(new Outcome.LeaseGranted(grant.id(), ttl), List.of(), List.of(new Fact.LeaseSet(grant.id(), ttl, 0)));
    }

    private Applied revoke(Command.LeaseRevoke revoke) {
        if (!leases.exists(revoke.id())) return of(new Outcome.Refused(Refusal.LEASE_NOT_FOUND));
        List<KeyEvent> events = keys.deleteAll(leases.keysOf(revoke.id()));
        leases.remove(revoke.id());
        return of(new Outcome.LeaseRevoked(), events, List.of(new Fact.LeaseGone(revoke.id())));
    }

    private Applied checkpoint(Command.LeaseCheckpoint checkpoint) {
        List<Fact> facts = new ArrayList<>();
        for (Command.LeaseCheckpoint.Remaining one : checkpoint.leases()) {
            Optional<Lease> known = leases.lease(one.id());
            if (known.isEmpty()) continue;
            Lease lease = new Lease(one.id(), known.get().ttlSeconds(), one.remainingTtlSeconds());
            leases.set(lease);
            facts.add(new Fact.LeaseSet(lease.id(), lease.ttlSeconds(), lease.remainingTtlSeconds()));
        }
        return of(new Outcome.Done(), List.of(), facts);
    }

    private Applied of(KeyCommands.Done done) {
        return of(done.outcome(), done.events(), List.of());
    }

    private Applied of(Settings.Changed changed) {
        settings = changed.settings();
        return of(changed.outcome(), List.of(), changed.facts());
    }

    private Applied of(Outcome outcome) {
        return of(outcome, List.of(), List.of());
    }

    private Applied of(Outcome outcome, List<KeyEvent> events, List<Fact> facts) {
        return new Applied(outcome, store.revision(), events, facts);
    }

    /** Closes the batch in the value log and shows its changes to readers; the facts must have been appended before. */
    public void endBatch(long appliedIndex, long appliedTerm) {
        log.endBatch(appliedIndex, appliedTerm, store.revision());
        store.publish();
        published = settings;
    }

    /** Have compactions left something to do? Apply thread. */
    public boolean isCompacting() {
        return store.isCompacting();
    }

    /** Has the compaction to this revision, or one before it, something left to do? Apply thread. */
    public boolean isCompacting(long toRevision) {
        return store.isCompacting(toRevision);
    }

    /** Does a bounded piece of what compactions left to do; false = nothing left. Apply thread, between batches. */
    public boolean compactStep(int budget) {
        return store.compactStep(budget);
    }

    public MvccView view() {
        return store.view();
    }

    /** Keys as they are now, or were. What is asked of now is never answered as compacted. */
    public RangeResult range(RangeQuery query) {
        while (true) {
            MvccView now = store.view();
            RangeResult result = now.range(query, AnswerRoom.MOST_BYTES);
            boolean late = result instanceof RangeResult.Compacted && query.revision() <= 0 && now.isOvertaken();
            if (!late) return result;
        }
    }

    /** A read-only transaction at this moment; see {@link Checks#isReadOnly}. */
    public Outcome read(Op.Txn txn) {
        Optional<Refusal> forbidden = published.forbidden(txn);
        if (forbidden.isPresent()) return new Outcome.Refused(forbidden.get());
        while (true) {
            MvccView now = store.view();
            Outcome outcome = KeyCommands.read(txn, now, AnswerRoom.usual());
            if (!now.isOvertaken()) return outcome;
        }
    }

    public Members members() {
        return published.members();
    }

    /** Ordered by member id, then kind. */
    public List<Alarm> alarms() {
        return published.alarms();
    }

    /** True while it is not known any more what the data is: then nothing may be read or written anywhere. */
    public boolean isCorrupt() {
        return published.isCorrupt();
    }

    /** False for what goes on while the data is unknown: alarms and the membership. */
    public static boolean touchesKeys(Command command) {
        return Settings.touchesKeys(command);
    }

    /** True while there is a CORRUPT alarm in this member's name: others know the data, it does not. */
    public boolean isAccused(long memberId) {
        return published.isAccused(memberId);
    }

    public Leases leases() {
        return leases;
    }

    /** Empty before the first one is set. */
    public String clusterVersion() {
        return published.clusterVersion();
    }

    public Fact.Downgrade downgrade() {
        return published.downgrade();
    }

    /** What an alarm forbids at this moment, before anything is proposed; apply checks it again. */
    public Optional<Refusal> forbidden(Command command) {
        return published.forbidden(command);
    }
}
