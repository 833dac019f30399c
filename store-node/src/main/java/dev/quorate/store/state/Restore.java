package dev.quorate.store.state;

import dev.quorate.store.Bytes;
import dev.quorate.store.lease.Lease;
import dev.quorate.store.lease.Leases;
import dev.quorate.store.mvcc.FoundVersion;
import dev.quorate.store.mvcc.MvccStore;
import dev.quorate.store.mvcc.ValueLog;
import java.util.Map;
import java.util.TreeMap;

/** The state in the making, from what was found on disk. */
final class Restore {
    private final ValueLog log;
    private final MvccStore store;
    private final Leases leases = new Leases();
    // Facts may be found after the versions that refer to them.
    private final TreeMap<Bytes, Long> leaseOfKey = new TreeMap<>();
    private Settings settings = Settings.NONE;
    private long compactRevision = -1;
    private long digest;

    Restore(ValueLog log) {
        this.log = log;
        this.store = new MvccStore(log);
    }

    void version(FoundVersion found) {
        store.restore(found);
        if (found.lease() != 0) leaseOfKey.put(found.key(), found.lease());
        else if (!leaseOfKey.isEmpty()) leaseOfKey.remove(found.key());
    }

    void fact(Fact fact) {
        switch (fact) {
            case Fact.LeaseSet set -> leases.set(new Lease(set.id(), set.ttlSeconds(), set.remainingTtlSeconds()));
            case Fact.LeaseGone gone -> leases.remove(gone.id());
            case Fact.MemberSet set ->
                settings = settings.with(settings.members().with(set.member()));
            case Fact.MemberDisk disk ->
                settings = settings.with(settings.members().on(disk.id(), disk.dataNonce()));
            case Fact.MemberRemoved removed ->
                settings = settings.with(settings.members().with(new MemberChange.Removed(removed.id())));
            case Fact.AlarmRaised raised -> settings = settings.with(raised.alarm());
            case Fact.AlarmCleared cleared -> settings = settings.without(cleared.alarm());
            case Fact.ClusterVersion version -> settings = settings.at(version.version());
            case Fact.Downgrade downgrade -> settings = settings.with(downgrade);
            case Fact.CompactionMark mark -> compactRevision = Math.max(compactRevision, mark.revision());
            case Fact.StateDigest digested -> digest = digested.value();
            case Fact.RaftMembership membership -> {}
        }
    }

    StoreState finish(long revision) {
        for (Map.Entry<Bytes, Long> one : leaseOfKey.entrySet()) {
            if (leases.exists(one.getValue())) leases.attach(one.getKey(), one.getValue());
        }
        store.restored(revision, compactRevision);
        return new StoreState(log, store, leases, settings, digest);
    }
}
