package dev.quorate.store.api;

import dev.quorate.proto.etcdserverpb.AlarmMember;
import dev.quorate.proto.etcdserverpb.AlarmRequest;
import dev.quorate.proto.etcdserverpb.AlarmResponse;
import dev.quorate.proto.etcdserverpb.AlarmType;
import dev.quorate.proto.etcdserverpb.DefragmentRequest;
import dev.quorate.proto.etcdserverpb.DefragmentResponse;
import dev.quorate.proto.etcdserverpb.DowngradeInfo;
import dev.quorate.proto.etcdserverpb.DowngradeRequest;
import dev.quorate.proto.etcdserverpb.DowngradeResponse;
import dev.quorate.proto.etcdserverpb.HashKVRequest;
import dev.quorate.proto.etcdserverpb.HashKVResponse;
import dev.quorate.proto.etcdserverpb.HashRequest;
import dev.quorate.proto.etcdserverpb.HashResponse;
import dev.quorate.proto.etcdserverpb.MaintenanceGrpc;
import dev.quorate.proto.etcdserverpb.MoveLeaderRequest;
import dev.quorate.proto.etcdserverpb.MoveLeaderResponse;
import dev.quorate.proto.etcdserverpb.SnapshotRequest;
import dev.quorate.proto.etcdserverpb.SnapshotResponse;
import dev.quorate.proto.etcdserverpb.StatusRequest;
import dev.quorate.proto.etcdserverpb.StatusResponse;
import dev.quorate.store.api.wire.Header;
import dev.quorate.store.api.wire.Statuses;
import dev.quorate.store.mvcc.HashResult;
import dev.quorate.store.mvcc.MvccView;
import dev.quorate.store.node.Node;
import dev.quorate.store.node.NodeStatus;
import dev.quorate.store.node.port.DurableLog.Room;
import dev.quorate.store.node.port.SnapshotStore;
import dev.quorate.store.ops.Versions;
import dev.quorate.store.state.Alarm;
import dev.quorate.store.state.Command;
import dev.quorate.store.state.Command.AlarmChange.Action;
import dev.quorate.store.state.Fact;
import dev.quorate.store.state.Outcome;
import dev.quorate.store.state.Refusal;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import java.util.Optional;
import java.util.function.BiConsumer;

/** etcdserverpb.Maintenance. */
final class MaintenanceService extends MaintenanceGrpc.MaintenanceImplBase {
    private final Served served;

    MaintenanceService(Served served) {
        this.served = served;
    }

    @Override
    public void alarm(AlarmRequest request, StreamObserver<AlarmResponse> observer) {
        Node node = served.node();
        Action action = switch (request.getAction()) {
            case GET -> Action.GET;
            case ACTIVATE -> Action.ACTIVATE;
            case DEACTIVATE -> Action.DEACTIVATE;
            case UNRECOGNIZED -> null;
        };
        Alarm.Kind kind = switch (request.getAlarm()) {
            case NONE -> Alarm.Kind.NONE;
            case NOSPACE -> Alarm.Kind.NO_SPACE;
            case CORRUPT -> Alarm.Kind.CORRUPT;
            case UNRECOGNIZED -> null;
        };
        if (action == null || kind == null) {
            Answers.refuse(observer, Refusal.UNKNOWN_COMMAND);
            return;
        }
        Command command = new Command.AlarmChange(action, new Alarm(request.getMemberID(), kind));
        Answers.later(observer);
        Answers.when(node.propose(command), observer, outcome -> {
            AlarmResponse.Builder reply =
                    AlarmResponse.newBuilder().setHeader(Header.of(node).message());
            if (outcome instanceof Outcome.Alarms alarms)
                for (Alarm alarm : alarms.alarms()) reply.addAlarms(message(alarm));
            Answers.send(observer, reply.build());
        });
    }

    private static AlarmMember message(Alarm alarm) {
        return AlarmMember.newBuilder()
                .setMemberID(alarm.memberId())
                .setAlarm(type(alarm.kind()))
                .build();
    }

    private static AlarmType type(Alarm.Kind kind) {
        return switch (kind) {
            case NONE -> AlarmType.NONE;
            case NO_SPACE -> AlarmType.NOSPACE;
            case CORRUPT -> AlarmType.CORRUPT;
        };
    }

    @Override
    public void status(StatusRequest request, StreamObserver<StatusResponse> observer) {
        Node node = served.node();
        NodeStatus status = node.status();
        Fact.Downgrade downgrade = node.state().downgrade();
        StatusResponse.Builder reply = StatusResponse.newBuilder()
                .setHeader(Header.of(node).message())
                .setVersion(Versions.SERVER)
                .setDbSize(status.sizes().dbBytes())
                .setDbSizeInUse(status.sizes().dbInUseBytes())
                .setLeader(status.raft().leader())
                .setRaftIndex(status.progress().commit())
                .setRaftTerm(status.raft().term())
                .setRaftAppliedIndex(status.progress().applied())
                .setIsLearner(status.learner())
                .setStorageVersion(Versions.STORAGE)
                .setDbSizeQuota(status.sizes().quotaBytes())
                .setDowngradeInfo(DowngradeInfo.newBuilder()
                        .setEnabled(downgrade.enabled())
                        .setTargetVersion(downgrade.targetVersion()));
        if (status.raft().leader() == 0) reply.addErrors(Statuses.text(Refusal.NO_LEADER));
        for (Alarm alarm : node.state().alarms())
            reply.addErrors("memberID:" + Long.toUnsignedString(alarm.memberId()) + " alarm:" + type(alarm.kind()));
        if (node.room() != Room.ENOUGH)
            reply.addErrors("memberID:" + Long.toUnsignedString(node.identity().memberId()) + " disk:NOSPACE");
        Answers.send(observer, reply.build());
    }

    /** Reads and writes go on meanwhile: dead space is copied away from, not compacted in place. */
    @Override
    public void defragment(DefragmentRequest request, StreamObserver<DefragmentResponse> observer) {
        Answers.later(observer);
        var _ = served.host().defragment().thenAccept(failure -> {
            if (failure.isEmpty()) Answers.send(observer, DefragmentResponse.getDefaultInstance());
            else Answers.refuse(observer, Statuses.notServing(failure.get()));
        });
    }

    /** etcd hashes its whole file, which we do not have: the newest key space is what two members can compare. */
    @Override
    public void hash(HashRequest request, StreamObserver<HashResponse> observer) {
        Node node = served.node();
        hash(
                node,
                0,
                observer,
                (hash, header) -> Answers.send(
                        observer,
                        HashResponse.newBuilder()
                                .setHeader(header.message())
                                .setHash(hash.hash())
                                .build()));
    }

    @Override
    public void hashKV(HashKVRequest request, StreamObserver<HashKVResponse> observer) {
        Node node = served.node();
        hash(
                node,
                request.getRevision(),
                observer,
                (hash, header) -> Answers.send(
                        observer,
                        HashKVResponse.newBuilder()
                                .setHeader(header.message())
                                .setHash(hash.hash())
                                .setCompactRevision(hash.compactRevision())
                                .setHashRevision(hash.hashRevision())
                                .build()));
    }

    private void hash(Node node, long revision, StreamObserver<?> observer, BiConsumer<HashResult.Hash, Header> done) {
        Answers.later(observer);
        Answers.run(served.readers(), observer, () -> {
            MvccView view = node.state().view();
            switch (view.hashKv(revision)) {
                case HashResult.Hash hash -> {
                    // What a compaction has taken meanwhile may be missing in it.
                    if (node.state().view().compactRevision() != view.compactRevision())
                        hash(node, revision, observer, done);
                    else done.accept(hash, Header.of(node, view.revision()));
                }
                case HashResult.Compacted compacted -> Answers.refuse(observer, Refusal.COMPACTED);
                case HashResult.Future future -> Answers.refuse(observer, Refusal.FUTURE_REVISION);
            }
        });
    }

    @Override
    public void snapshot(SnapshotRequest request, StreamObserver<SnapshotResponse> observer) {
        // A backup of what differs from the others' would be found out when it is too late.
        Optional<Refusal> silence = served.node().silence();
        if (silence.isPresent()) {
            Answers.refuse(observer, silence.get());
            return;
        }
        SnapshotStore snapshots = served.node().snapshots();
        new SnapshotStream((ServerCallStreamObserver<SnapshotResponse>) observer).start(snapshots);
    }

    @Override
    public void moveLeader(MoveLeaderRequest request, StreamObserver<MoveLeaderResponse> observer) {
        Node node = served.node();
        Answers.later(observer);
        var _ = node.calls().moveLeader(request.getTargetID()).thenAccept(answer -> {
            if (answer.refusal().isEmpty()) Answers.send(observer, MoveLeaderResponse.getDefaultInstance());
            else Answers.refuse(observer, Refusal.valueOf(answer.refusal()));
        });
    }

    @Override
    public void downgrade(DowngradeRequest request, StreamObserver<DowngradeResponse> observer) {
        Answers.refuse(observer, Statuses.unimplemented("downgrades are not supported yet"));
    }
}
