package dev.quorate.store.codec;

import com.google.protobuf.InvalidProtocolBufferException;
import dev.quorate.proto.etcdserverpb.CompactionRequest;
import dev.quorate.proto.etcdserverpb.InternalRaftRequest;
import dev.quorate.proto.etcdserverpb.LeaseCheckpointRequest;
import dev.quorate.proto.etcdserverpb.LeaseGrantRequest;
import dev.quorate.proto.etcdserverpb.LeaseRevokeRequest;
import dev.quorate.proto.etcdserverpb.RequestHeader;
import dev.quorate.proto.membershippb.Attributes;
import dev.quorate.proto.membershippb.ClusterMemberAttrSetRequest;
import dev.quorate.proto.membershippb.ClusterVersionSetRequest;
import dev.quorate.proto.membershippb.DowngradeInfoSetRequest;
import dev.quorate.store.Bytes;
import dev.quorate.store.Invariant;
import dev.quorate.store.state.Command;
import dev.quorate.store.state.Envelope;
import dev.quorate.store.state.Op;
import java.util.List;

/** Commands as etcd's InternalRaftRequest: the data of normal log entries. */
public final class CommandCodec {
    private CommandCodec() {}

    /** A Noop is the empty entry. */
    public static Bytes encode(Envelope envelope) {
        return switch (envelope.command()) {
            case Command.Noop noop -> Bytes.EMPTY;
            case Op.Put put -> PutForm.encode(envelope.requestId(), put);
            case Op.DeleteRange delete -> done(envelope, request().setDeleteRange(OpCodec.delete(delete)));
            case Op.Txn txn -> done(envelope, request().setTxn(OpCodec.txn(txn)));
            case Command.Simple simple -> done(envelope, simple(simple));
        };
    }

    private static InternalRaftRequest.Builder request() {
        return InternalRaftRequest.newBuilder();
    }

    private static Bytes done(Envelope envelope, InternalRaftRequest.Builder request) {
        request.setHeader(RequestHeader.newBuilder().setID(envelope.requestId()));
        return Bytes.wrap(request.build().toByteArray());
    }

    private static InternalRaftRequest.Builder simple(Command.Simple command) {
        return switch (command) {
            case Command.Compact compact ->
                request()
                        .setCompaction(CompactionRequest.newBuilder()
                                .setRevision(compact.revision())
                                .setPhysical(compact.physical()));
            case Command.LeaseGrant grant ->
                request()
                        .setLeaseGrant(
                                LeaseGrantRequest.newBuilder().setID(grant.id()).setTTL(grant.ttlSeconds()));
            case Command.LeaseRevoke revoke ->
                request().setLeaseRevoke(LeaseRevokeRequest.newBuilder().setID(revoke.id()));
            case Command.LeaseCheckpoint checkpoint -> request().setLeaseCheckpoint(checkpoint(checkpoint));
            case Command.AlarmChange change -> request().setAlarm(AlarmCodec.write(change));
            case Command.MemberAttributes attributes -> request().setClusterMemberAttrSet(attributes(attributes));
            case Command.MemberStart start -> request().setClusterMemberAttrSet(start(start));
            case Command.ClusterVersionSet set ->
                request()
                        .setClusterVersionSet(
                                ClusterVersionSetRequest.newBuilder().setVer(set.version()));
            case Command.DowngradeSet set ->
                request()
                        .setDowngradeInfoSet(DowngradeInfoSetRequest.newBuilder()
                                .setEnabled(set.enabled())
                                .setVer(set.targetVersion()));
            case Command.MembersChange change ->
                throw new Invariant.Broken("a change of the membership is no normal entry");
            case Command.Noop noop -> throw new Invariant.Broken("a noop is the empty entry");
            case Command.Unknown unknown -> throw new Invariant.Broken("an unknown command cannot be written");
        };
    }

    private static LeaseCheckpointRequest checkpoint(Command.LeaseCheckpoint checkpoint) {
        LeaseCheckpointRequest.Builder request = LeaseCheckpointRequest.newBuilder();
        for (Command.LeaseCheckpoint.Remaining one : checkpoint.leases()) {
            request.addCheckpointsBuilder().setID(one.id()).setRemainingTTL(one.remainingTtlSeconds());
        }
        return request.build();
    }

    private static ClusterMemberAttrSetRequest attributes(Command.MemberAttributes attributes) {
        return ClusterMemberAttrSetRequest.newBuilder()
                .setMemberID(attributes.id())
                .setMemberAttributes(
                        Attributes.newBuilder().setName(attributes.name()).addAllClientUrls(attributes.clientUrls()))
                .build();
    }

    private static ClusterMemberAttrSetRequest start(Command.MemberStart start) {
        return ClusterMemberAttrSetRequest.newBuilder()
                .setMemberID(start.id())
                .setMemberAttributes(Attributes.newBuilder().setName(start.name()))
                .setDataNonce(start.dataNonce())
                .build();
    }

    /** What this version does not understand becomes Command.Unknown, the same on every member. */
    public static Envelope decode(Bytes data) {
        if (data.isEmpty()) return new Envelope(0, new Command.Noop());
        Envelope put = PutForm.decode(data);
        if (put != null) return put;
        try {
            InternalRaftRequest request = InternalRaftRequest.parseFrom(data.shared());
            long id =
                    request.getID() != 0 ? request.getID() : request.getHeader().getID();
            return new Envelope(id, command(request));
        } catch (InvalidProtocolBufferException unreadable) {
            return new Envelope(0, new Command.Unknown("not an InternalRaftRequest"));
        }
    }

    private static Command command(InternalRaftRequest request) {
        if (request.hasPut()) return OpCodec.put(request.getPut());
        if (request.hasTxn()) return OpCodec.txn(request.getTxn());
        if (request.hasDeleteRange()) return OpCodec.delete(request.getDeleteRange());
        if (request.hasCompaction()) {
            CompactionRequest compaction = request.getCompaction();
            return new Command.Compact(compaction.getRevision(), compaction.getPhysical());
        }
        if (request.hasLeaseGrant()) {
            return new Command.LeaseGrant(
                    request.getLeaseGrant().getID(), request.getLeaseGrant().getTTL());
        }
        if (request.hasLeaseRevoke()) {
            return new Command.LeaseRevoke(request.getLeaseRevoke().getID());
        }
        if (request.hasLeaseCheckpoint()) return checkpoint(request.getLeaseCheckpoint());
        if (request.hasAlarm()) return AlarmCodec.read(request.getAlarm());
        return settings(request);
    }

    private static Command settings(InternalRaftRequest request) {
        if (request.hasClusterMemberAttrSet()) {
            ClusterMemberAttrSetRequest set = request.getClusterMemberAttrSet();
            Attributes attributes = set.getMemberAttributes();
            if (set.hasDataNonce())
                return new Command.MemberStart(set.getMemberID(), attributes.getName(), set.getDataNonce());
            return new Command.MemberAttributes(
                    set.getMemberID(), attributes.getName(), List.copyOf(attributes.getClientUrlsList()));
        }
        if (request.hasClusterVersionSet()) {
            return new Command.ClusterVersionSet(request.getClusterVersionSet().getVer());
        }
        if (request.hasDowngradeInfoSet()) {
            DowngradeInfoSetRequest set = request.getDowngradeInfoSet();
            return new Command.DowngradeSet(set.getEnabled(), set.getVer());
        }
        return new Command.Unknown("a request of a kind that this version does not know");
    }

    private static Command checkpoint(LeaseCheckpointRequest request) {
        return new Command.LeaseCheckpoint(request.getCheckpointsList().stream()
                .map(one -> new Command.LeaseCheckpoint.Remaining(one.getID(), one.getRemainingTTL()))
                .toList());
    }
}
