package dev.quorate.store.api;

import dev.quorate.proto.admin.AdminGrpc;
import dev.quorate.proto.admin.BootstrapRequest;
import dev.quorate.proto.admin.BootstrapResponse;
import dev.quorate.proto.admin.ChangeMembersResponse;
import dev.quorate.proto.admin.FenceRequest;
import dev.quorate.proto.admin.FenceResponse;
import dev.quorate.proto.admin.LocalStatusRequest;
import dev.quorate.proto.admin.LocalStatusResponse;
import dev.quorate.proto.admin.PromoteMembersRequest;
import dev.quorate.proto.admin.RecoverAsSingleRequest;
import dev.quorate.proto.admin.RecoverAsSingleResponse;
import dev.quorate.proto.admin.RemoveMembersRequest;
import dev.quorate.store.api.wire.Statuses;
import dev.quorate.store.node.LocalStatus;
import dev.quorate.store.node.Node;
import dev.quorate.store.node.NodeHost;
import dev.quorate.store.node.NodeHost.Birth;
import dev.quorate.store.node.NodeStatus;
import dev.quorate.store.ops.Versions;
import dev.quorate.store.state.Member;
import dev.quorate.store.state.Outcome;
import io.grpc.Status;
import io.grpc.stub.StreamObserver;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;

/** quorate.admin.v1.Admin: what an operator needs beyond etcd's API. Answers also without a node. */
final class AdminService extends AdminGrpc.AdminImplBase {
    private final NodeHost host;

    AdminService(NodeHost host) {
        this.host = host;
    }

    @Override
    public void bootstrap(BootstrapRequest request, StreamObserver<BootstrapResponse> observer) {
        if (request.getToken().isEmpty() || request.getPeerUrlsCount() == 0) {
            Answers.refuse(
                    observer,
                    Status.INVALID_ARGUMENT.withDescription("Bootstrap needs a token and at least one peer URL"));
            return;
        }
        Answers.later(observer);
        CompletableFuture<Birth> birth =
                host.bootstrap(request.getToken(), request.getName(), List.copyOf(request.getPeerUrlsList()));
        answer(
                "Bootstrap",
                birth,
                observer,
                born -> BootstrapResponse.newBuilder()
                        .setClusterId(born.clusterId())
                        .setMemberId(born.memberId())
                        .build());
    }

    @Override
    public void recoverAsSingle(RecoverAsSingleRequest request, StreamObserver<RecoverAsSingleResponse> observer) {
        Answers.later(observer);
        CompletableFuture<Birth> birth = host.recoverAsSingle(request.getClusterId(), request.getNewEpoch());
        answer(
                "RecoverAsSingle",
                birth,
                observer,
                born -> RecoverAsSingleResponse.newBuilder()
                        .setClusterId(born.clusterId())
                        .setMemberId(born.memberId())
                        .setEpoch(request.getNewEpoch())
                        .build());
    }

    @Override
    public void fence(FenceRequest request, StreamObserver<FenceResponse> observer) {
        Answers.later(observer);
        CompletableFuture<Birth> fenced =
                host.fence(request.getEpoch()).thenApply(refusal -> new Birth(0, 0, refusal.orElse("")));
        answer("Fence", fenced, observer, done -> FenceResponse.getDefaultInstance());
    }

    private static <R> void answer(
            String what, CompletableFuture<Birth> done, StreamObserver<R> observer, Function<Birth, R> reply) {
        var _ = done.whenComplete((birth, failure) -> {
            if (failure != null)
                Answers.refuse(observer, Status.INTERNAL.withDescription(what + " failed: " + failure.getMessage()));
            else if (birth.refusal().isEmpty()) Answers.send(observer, reply.apply(birth));
            else Answers.refuse(observer, Status.FAILED_PRECONDITION.withDescription(birth.refusal()));
        });
    }

    @Override
    public void localStatus(LocalStatusRequest request, StreamObserver<LocalStatusResponse> observer) {
        LocalStatus local = host.localStatus();
        LocalStatusResponse.Builder reply = LocalStatusResponse.newBuilder()
                .setState(state(local.state()))
                .setName(local.name())
                .setMessage(local.message())
                .setBootstrapToken(local.ownership().bootstrapToken())
                .setFencedBy(local.ownership().fencedBy())
                .setReady(local.ready())
                .setVersion(Versions.own());
        local.ownership().identity().ifPresent(own -> fill(reply, own));
        local.node().ifPresent(node -> fill(reply, node));
        Answers.send(observer, reply.build());
    }

    private static void fill(LocalStatusResponse.Builder reply, NodeStatus.NodeIdentity own) {
        reply.setClusterId(own.clusterId()).setMemberId(own.memberId()).setEpoch(own.epoch());
    }

    private static void fill(LocalStatusResponse.Builder reply, NodeStatus node) {
        reply.setTerm(node.raft().term())
                .setLastIndex(node.raft().last())
                .setLastTerm(node.raft().lastTerm())
                .setStateHashIndex(node.progress().digestIndex())
                .setStateHash(node.progress().digest())
                .setCommitIndex(node.progress().commit())
                .setAppliedIndex(node.progress().applied())
                .setLeaderId(node.raft().leader())
                .setLearner(node.learner())
                .setRevision(node.revision());
    }

    private static LocalStatusResponse.State state(LocalStatus.State state) {
        return switch (state) {
            case STARTING -> LocalStatusResponse.State.STARTING;
            case UNINITIALISED -> LocalStatusResponse.State.UNINITIALISED;
            case RUNNING -> LocalStatusResponse.State.RUNNING;
            case DATA_LOST -> LocalStatusResponse.State.DATA_LOST;
            case WRONG_VOLUME -> LocalStatusResponse.State.WRONG_VOLUME;
            case REMOVED -> LocalStatusResponse.State.REMOVED;
            case FENCED -> LocalStatusResponse.State.FENCED;
        };
    }

    @Override
    public void promoteMembers(PromoteMembersRequest request, StreamObserver<ChangeMembersResponse> observer) {
        node(observer)
                .ifPresent(node -> Answers.when(
                        node.calls().promoteMembers(List.copyOf(request.getIdsList())),
                        observer,
                        outcome -> sendMembers(outcome, observer)));
    }

    @Override
    public void removeMembers(RemoveMembersRequest request, StreamObserver<ChangeMembersResponse> observer) {
        node(observer)
                .ifPresent(node -> Answers.when(
                        node.calls().removeMembers(List.copyOf(request.getIdsList())),
                        observer,
                        outcome -> sendMembers(outcome, observer)));
    }

    private Optional<Node> node(StreamObserver<?> observer) {
        Optional<Node> node = host.node();
        if (node.isPresent()) Answers.later(observer);
        else Answers.refuse(observer, Statuses.notServing(CallGate.why(host)));
        return node;
    }

    private static void sendMembers(Outcome outcome, StreamObserver<ChangeMembersResponse> observer) {
        ChangeMembersResponse.Builder reply = ChangeMembersResponse.newBuilder();
        if (outcome instanceof Outcome.MembersChanged changed) {
            for (Member member : changed.members().all()) {
                if (member.learner()) reply.addLearners(member.id());
                else reply.addVoters(member.id());
            }
        }
        Answers.send(observer, reply.build());
    }
}
