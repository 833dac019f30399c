package dev.quorate.store.api;

import dev.quorate.proto.etcdserverpb.ClusterGrpc;
import dev.quorate.proto.etcdserverpb.Member;
import dev.quorate.proto.etcdserverpb.MemberAddRequest;
import dev.quorate.proto.etcdserverpb.MemberAddResponse;
import dev.quorate.proto.etcdserverpb.MemberListRequest;
import dev.quorate.proto.etcdserverpb.MemberListResponse;
import dev.quorate.proto.etcdserverpb.MemberPromoteRequest;
import dev.quorate.proto.etcdserverpb.MemberPromoteResponse;
import dev.quorate.proto.etcdserverpb.MemberRemoveRequest;
import dev.quorate.proto.etcdserverpb.MemberRemoveResponse;
import dev.quorate.proto.etcdserverpb.MemberUpdateRequest;
import dev.quorate.proto.etcdserverpb.MemberUpdateResponse;
import dev.quorate.store.Invariant;
import dev.quorate.store.api.wire.Header;
import dev.quorate.store.node.Node;
import dev.quorate.store.state.Members;
import dev.quorate.store.state.Outcome;
import io.grpc.stub.StreamObserver;
import java.util.ArrayList;
import java.util.List;

/** etcdserverpb.Cluster. Its headers have no revision, as in etcd. */
final class ClusterService extends ClusterGrpc.ClusterImplBase {
    private final Served served;

    ClusterService(Served served) {
        this.served = served;
    }

    @Override
    public void memberAdd(MemberAddRequest request, StreamObserver<MemberAddResponse> observer) {
        Node node = served.node();
        List<String> urls = List.copyOf(request.getPeerURLsList());
        Answers.later(observer);
        Answers.when(node.calls().addMember(urls, request.getIsLearner()), observer, outcome -> {
            List<Member> members = messages(members(outcome));
            MemberAddResponse.Builder reply =
                    MemberAddResponse.newBuilder().setHeader(Header.of(node, 0).message());
            for (Member member : members) if (member.getPeerURLsList().equals(urls)) reply.setMember(member);
            Answers.send(observer, reply.addAllMembers(members).build());
        });
    }

    @Override
    public void memberRemove(MemberRemoveRequest request, StreamObserver<MemberRemoveResponse> observer) {
        Node node = served.node();
        Answers.later(observer);
        Answers.when(
                node.calls().removeMembers(List.of(request.getID())),
                observer,
                outcome -> Answers.send(
                        observer,
                        MemberRemoveResponse.newBuilder()
                                .setHeader(Header.of(node, 0).message())
                                .addAllMembers(messages(members(outcome)))
                                .build()));
    }

    @Override
    public void memberUpdate(MemberUpdateRequest request, StreamObserver<MemberUpdateResponse> observer) {
        Node node = served.node();
        Answers.later(observer);
        Answers.when(
                node.calls().updateMember(request.getID(), List.copyOf(request.getPeerURLsList())),
                observer,
                outcome -> Answers.send(
                        observer,
                        MemberUpdateResponse.newBuilder()
                                .setHeader(Header.of(node, 0).message())
                                .addAllMembers(messages(members(outcome)))
                                .build()));
    }

    @Override
    public void memberPromote(MemberPromoteRequest request, StreamObserver<MemberPromoteResponse> observer) {
        Node node = served.node();
        Answers.later(observer);
        Answers.when(
                node.calls().promoteMembers(List.of(request.getID())),
                observer,
                outcome -> Answers.send(
                        observer,
                        MemberPromoteResponse.newBuilder()
                                .setHeader(Header.of(node, 0).message())
                                .addAllMembers(messages(members(outcome)))
                                .build()));
    }

    @Override
    public void memberList(MemberListRequest request, StreamObserver<MemberListResponse> observer) {
        if (!request.getLinearizable()) {
            list(observer);
            return;
        }
        Answers.later(observer);
        Answers.whenReadable(served.node().readPoint(), observer, served.readers(), () -> list(observer));
    }

    private void list(StreamObserver<MemberListResponse> observer) {
        Node node = served.node();
        Answers.send(
                observer,
                MemberListResponse.newBuilder()
                        .setHeader(Header.of(node, 0).message())
                        .addAllMembers(messages(node.state().members()))
                        .build());
    }

    private static Members members(Outcome outcome) {
        Invariant.check(
                outcome instanceof Outcome.MembersChanged, "a change of the members changes them or is refused");
        return ((Outcome.MembersChanged) outcome).members();
    }

    private static List<Member> messages(Members members) {
        List<Member> messages = new ArrayList<>();
        for (var member : members.all()) {
            messages.add(Member.newBuilder()
                    .setID(member.id())
                    .setName(member.name())
                    .addAllPeerURLs(member.peerUrls())
                    .addAllClientURLs(member.clientUrls())
                    .setIsLearner(member.learner())
                    .build());
        }
        return messages;
    }
}
