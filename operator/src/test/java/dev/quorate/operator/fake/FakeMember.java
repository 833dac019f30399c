package dev.quorate.operator.fake;

import dev.quorate.proto.admin.AdminGrpc;
import dev.quorate.proto.admin.BootstrapRequest;
import dev.quorate.proto.admin.BootstrapResponse;
import dev.quorate.proto.admin.ChangeMembersResponse;
import dev.quorate.proto.admin.LocalStatusRequest;
import dev.quorate.proto.admin.LocalStatusResponse;
import dev.quorate.proto.admin.PromoteMembersRequest;
import dev.quorate.proto.admin.RemoveMembersRequest;
import dev.quorate.proto.etcdserverpb.ClusterGrpc;
import dev.quorate.proto.etcdserverpb.MaintenanceGrpc;
import dev.quorate.proto.etcdserverpb.Member;
import dev.quorate.proto.etcdserverpb.MemberAddRequest;
import dev.quorate.proto.etcdserverpb.MemberAddResponse;
import dev.quorate.proto.etcdserverpb.MemberListRequest;
import dev.quorate.proto.etcdserverpb.MemberListResponse;
import dev.quorate.proto.etcdserverpb.MoveLeaderRequest;
import dev.quorate.proto.etcdserverpb.MoveLeaderResponse;
import io.grpc.Server;
import io.grpc.Status;
import io.grpc.netty.NettyServerBuilder;
import io.grpc.stub.StreamObserver;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Optional;

/** One store node as the operator sees it: a real gRPC server whose answers come from the {@link FakeStore}. */
public final class FakeMember implements AutoCloseable {
    private final FakeStore.Node process;
    private final Server server;

    public FakeMember(FakeStore.Node process, InetSocketAddress address) throws IOException {
        this.process = process;
        server = NettyServerBuilder.forAddress(address)
                .addService(new AdminCalls())
                .addService(new ClusterCalls())
                .addService(new MaintenanceCalls())
                .build()
                .start();
    }

    @Override
    public void close() {
        process.stop();
        server.shutdownNow();
    }

    private static <T> void answer(StreamObserver<T> observer, T value) {
        observer.onNext(value);
        observer.onCompleted();
    }

    private static <T> void answer(StreamObserver<T> observer, Optional<String> refusal, T value) {
        if (refusal.isPresent()) {
            observer.onError(
                    Status.FAILED_PRECONDITION.withDescription(refusal.get()).asRuntimeException());
        } else {
            answer(observer, value);
        }
    }

    private final class AdminCalls extends AdminGrpc.AdminImplBase {
        @Override
        public void bootstrap(BootstrapRequest request, StreamObserver<BootstrapResponse> observer) {
            long[] ids = process.bootstrap(request.getToken());
            Optional<String> refusal = ids.length == 0 ? Optional.of("has data of another birth") : Optional.empty();
            BootstrapResponse.Builder response = BootstrapResponse.newBuilder();
            if (ids.length == 2) {
                response.setClusterId(ids[0]).setMemberId(ids[1]);
            }
            answer(observer, refusal, response.build());
        }

        @Override
        public void localStatus(LocalStatusRequest request, StreamObserver<LocalStatusResponse> observer) {
            FakeStore.Seen seen = process.look();
            answer(
                    observer,
                    LocalStatusResponse.newBuilder()
                            .setState(LocalStatusResponse.State.valueOf(seen.state()))
                            .setClusterId(seen.clusterId())
                            .setMemberId(seen.memberId())
                            .setLeaderId(seen.leaderId())
                            .setTerm(1)
                            .setAppliedIndex(seen.applied())
                            .setReady(seen.ready())
                            .setVersion("0.1.0")
                            .setBootstrapToken(seen.token())
                            .build());
        }

        @Override
        public void promoteMembers(PromoteMembersRequest request, StreamObserver<ChangeMembersResponse> observer) {
            answer(observer, process.promote(request.getIdsList()), ChangeMembersResponse.getDefaultInstance());
        }

        @Override
        public void removeMembers(RemoveMembersRequest request, StreamObserver<ChangeMembersResponse> observer) {
            answer(observer, process.remove(request.getIdsList()), ChangeMembersResponse.getDefaultInstance());
        }
    }

    private final class ClusterCalls extends ClusterGrpc.ClusterImplBase {
        @Override
        public void memberList(MemberListRequest request, StreamObserver<MemberListResponse> observer) {
            Optional<List<FakeStore.Row>> rows = process.members();
            MemberListResponse.Builder response = MemberListResponse.newBuilder();
            rows.orElse(List.of())
                    .forEach(row -> response.addMembers(Member.newBuilder()
                            .setID(row.id())
                            .setIsLearner(row.learner())
                            .addPeerURLs(row.peerUrl())));
            answer(observer, rows.isEmpty() ? Optional.of("no leader") : Optional.empty(), response.build());
        }

        @Override
        public void memberAdd(MemberAddRequest request, StreamObserver<MemberAddResponse> observer) {
            answer(observer, process.add(request.getPeerURLs(0)), MemberAddResponse.getDefaultInstance());
        }
    }

    private final class MaintenanceCalls extends MaintenanceGrpc.MaintenanceImplBase {
        @Override
        public void moveLeader(MoveLeaderRequest request, StreamObserver<MoveLeaderResponse> observer) {
            answer(observer, process.moveLeader(request.getTargetID()), MoveLeaderResponse.getDefaultInstance());
        }
    }
}
