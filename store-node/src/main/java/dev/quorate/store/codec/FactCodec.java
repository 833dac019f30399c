package dev.quorate.store.codec;

import com.google.protobuf.InvalidProtocolBufferException;
import dev.quorate.proto.etcdserverpb.AlarmMember;
import dev.quorate.proto.leasepb.Lease;
import dev.quorate.store.Bytes;
import dev.quorate.store.Invariant;
import dev.quorate.store.state.Alarm;
import dev.quorate.store.state.Fact;
import java.nio.ByteBuffer;

/**
 * Facts as key and value of the value log; an empty value means that the thing is gone.
 *
 * <p>The key is the name of etcd's bucket, a slash and the key in that bucket, and the value is the one etcd stores
 * there, so that a snapshot in etcd's format can be written from facts as they are. One exception: etcd stores an empty
 * value for an alarm, we a single byte.
 */
public final class FactCodec {
    private static final String LEASE = "lease/";
    private static final String ALARM = "alarm/";
    private static final String MEMBER = "members/";
    private static final String DISK = "meta/memberDisk/";
    private static final String REMOVED = "members_removed/";
    private static final String CLUSTER_VERSION = "cluster/clusterVersion";
    private static final String DOWNGRADE = "cluster/downgrade";
    private static final String COMPACTION = "meta/scheduledCompactRev";
    private static final String DIGEST = "meta/digest";
    private static final String CONF_STATE = "meta/confState";
    private static final Bytes DIGEST_KEY = Bytes.utf8(DIGEST);
    private static final Bytes RAISED = Bytes.wrap(new byte[] {1});

    private FactCodec() {}

    public static Bytes key(Fact fact) {
        return switch (fact) {
            case Fact.LeaseSet set -> lease(set.id());
            case Fact.LeaseGone gone -> lease(gone.id());
            case Fact.MemberSet set ->
                Bytes.utf8(MEMBER + Long.toHexString(set.member().id()));
            case Fact.MemberDisk disk -> Bytes.utf8(DISK + Long.toHexString(disk.id()));
            case Fact.MemberRemoved removed -> Bytes.utf8(REMOVED + Long.toHexString(removed.id()));
            case Fact.AlarmRaised raised -> alarm(raised.alarm());
            case Fact.AlarmCleared cleared -> alarm(cleared.alarm());
            case Fact.ClusterVersion version -> Bytes.utf8(CLUSTER_VERSION);
            case Fact.Downgrade downgrade -> Bytes.utf8(DOWNGRADE);
            case Fact.CompactionMark mark -> Bytes.utf8(COMPACTION);
            case Fact.StateDigest digest -> DIGEST_KEY;
            case Fact.RaftMembership membership -> Bytes.utf8(CONF_STATE);
        };
    }

    public static Bytes value(Fact fact) {
        return switch (fact) {
            case Fact.LeaseSet set ->
                Bytes.wrap(Lease.newBuilder()
                        .setID(set.id())
                        .setTTL(set.ttlSeconds())
                        .setRemainingTTL(set.remainingTtlSeconds())
                        .build()
                        .toByteArray());
            case Fact.LeaseGone gone -> Bytes.EMPTY;
            case Fact.MemberSet set -> Bytes.utf8(MemberJson.write(set.member()));
            case Fact.MemberDisk disk -> Bytes.utf8(disk.dataNonce());
            case Fact.MemberRemoved removed -> Bytes.utf8("removed");
            case Fact.AlarmRaised raised -> RAISED;
            case Fact.AlarmCleared cleared -> Bytes.EMPTY;
            case Fact.ClusterVersion version -> Bytes.utf8(version.version());
            case Fact.Downgrade downgrade -> Bytes.utf8(SettingsJson.write(downgrade));
            case Fact.CompactionMark mark -> revision(mark.revision());
            case Fact.StateDigest digest ->
                Bytes.wrap(
                        ByteBuffer.allocate(Long.BYTES).putLong(digest.value()).array());
            case Fact.RaftMembership membership -> Bytes.utf8(SettingsJson.write(membership));
        };
    }

    /** The value is not empty: a recovery only asks for what is there. */
    public static Fact decode(Bytes key, Bytes value) {
        String name = key.toUtf8();
        if (name.startsWith(LEASE)) return lease(value);
        if (name.startsWith(ALARM)) return alarm(key.slice(ALARM.length(), key.size()));
        if (name.startsWith(MEMBER)) return new Fact.MemberSet(MemberJson.member(value.toUtf8()));
        if (name.startsWith(REMOVED)) return new Fact.MemberRemoved(id(name, REMOVED));
        if (name.startsWith(DISK)) return new Fact.MemberDisk(id(name, DISK), value.toUtf8());
        return switch (name) {
            case CLUSTER_VERSION -> new Fact.ClusterVersion(value.toUtf8());
            case DOWNGRADE -> SettingsJson.downgrade(value.toUtf8());
            case COMPACTION ->
                new Fact.CompactionMark(ByteBuffer.wrap(value.shared()).getLong());
            case DIGEST -> new Fact.StateDigest(ByteBuffer.wrap(value.shared()).getLong());
            case CONF_STATE -> SettingsJson.membership(value.toUtf8());
            default -> throw new Invariant.Broken("a stored fact has an unknown name: " + name);
        };
    }

    /** What stands in one of etcd's buckets. */
    public static Fact decode(String bucket, Bytes key, Bytes value) {
        return decode(named(bucket + '/', key.shared()), value);
    }

    private static long id(String name, String prefix) {
        return Long.parseUnsignedLong(name.substring(prefix.length()), 16);
    }

    private static Bytes lease(long id) {
        return named(LEASE, ByteBuffer.allocate(Long.BYTES).putLong(id).array());
    }

    private static Fact lease(Bytes value) {
        try {
            Lease lease = Lease.parseFrom(value.shared());
            return new Fact.LeaseSet(lease.getID(), lease.getTTL(), lease.getRemainingTTL());
        } catch (InvalidProtocolBufferException damaged) {
            throw new Invariant.Broken("a stored lease is unreadable: " + damaged);
        }
    }

    private static Bytes alarm(Alarm alarm) {
        AlarmMember member = AlarmMember.newBuilder()
                .setMemberID(alarm.memberId())
                .setAlarm(AlarmCodec.type(alarm.kind()))
                .build();
        return named(ALARM, member.toByteArray());
    }

    private static Fact alarm(Bytes encoded) {
        try {
            AlarmMember member = AlarmMember.parseFrom(encoded.shared());
            Alarm.Kind kind = AlarmCodec.kind(member.getAlarm());
            return new Fact.AlarmRaised(new Alarm(member.getMemberID(), kind));
        } catch (InvalidProtocolBufferException damaged) {
            throw new Invariant.Broken("a stored alarm is unreadable: " + damaged);
        }
    }

    /** etcd's 17 bytes of a revision. */
    private static Bytes revision(long main) {
        return Bytes.wrap(
                ByteBuffer.allocate(17).putLong(main).put((byte) '_').putLong(0).array());
    }

    private static Bytes named(String bucket, byte[] key) {
        byte[] name = Bytes.utf8(bucket).shared();
        return Bytes.wrap(
                ByteBuffer.allocate(name.length + key.length).put(name).put(key).array());
    }
}
