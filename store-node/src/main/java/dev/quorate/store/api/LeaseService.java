package dev.quorate.store.api;

import dev.quorate.proto.etcdserverpb.LeaseGrantRequest;
import dev.quorate.proto.etcdserverpb.LeaseGrantResponse;
import dev.quorate.proto.etcdserverpb.LeaseGrpc;
import dev.quorate.proto.etcdserverpb.LeaseKeepAliveRequest;
import dev.quorate.proto.etcdserverpb.LeaseKeepAliveResponse;
import dev.quorate.proto.etcdserverpb.LeaseLeasesRequest;
import dev.quorate.proto.etcdserverpb.LeaseLeasesResponse;
import dev.quorate.proto.etcdserverpb.LeaseRevokeRequest;
import dev.quorate.proto.etcdserverpb.LeaseRevokeResponse;
import dev.quorate.proto.etcdserverpb.LeaseStatus;
import dev.quorate.proto.etcdserverpb.LeaseTimeToLiveRequest;
import dev.quorate.proto.etcdserverpb.LeaseTimeToLiveResponse;
import dev.quorate.store.Bytes;
import dev.quorate.store.Invariant;
import dev.quorate.store.api.wire.Header;
import dev.quorate.store.api.wire.Responses;
import dev.quorate.store.node.Node;
import dev.quorate.store.node.port.LeaderCall;
import dev.quorate.store.state.Checks;
import dev.quorate.store.state.Command;
import dev.quorate.store.state.Outcome;
import dev.quorate.store.state.Refusal;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;

/** etcdserverpb.Lease. */
final class LeaseService extends LeaseGrpc.LeaseImplBase {
    private final Served served;
    private final LeaderWatch leaders;

    LeaseService(Served served, LeaderWatch leaders) {
        this.served = served;
        this.leaders = leaders;
    }

    @Override
    public void leaseGrant(LeaseGrantRequest request, StreamObserver<LeaseGrantResponse> observer) {
        long id = request.getID() != 0
                ? request.getID()
                : ThreadLocalRandom.current().nextLong(1, Long.MAX_VALUE);
        Command.LeaseGrant grant = new Command.LeaseGrant(id, request.getTTL());
        Optional<Refusal> refusal = Checks.leaseGrant(grant);
        if (refusal.isPresent()) {
            Answers.refuse(observer, refusal.get());
            return;
        }
        Node node = served.node();
        Answers.later(observer);
        Answers.when(node.propose(grant), observer, outcome -> {
            Invariant.check(outcome instanceof Outcome.LeaseGranted, "a grant is granted or refused");
            Outcome.LeaseGranted granted = (Outcome.LeaseGranted) outcome;
            Answers.send(
                    observer,
                    LeaseGrantResponse.newBuilder()
                            .setHeader(Header.of(node).message())
                            .setID(granted.id())
                            .setTTL(granted.ttlSeconds())
                            .build());
        });
    }

    @Override
    public void leaseRevoke(LeaseRevokeRequest request, StreamObserver<LeaseRevokeResponse> observer) {
        Node node = served.node();
        Answers.later(observer);
        Answers.when(
                node.propose(new Command.LeaseRevoke(request.getID())),
                observer,
                outcome -> Answers.send(
                        observer,
                        LeaseRevokeResponse.newBuilder()
                                .setHeader(Header.of(node).message())
                                .build()));
    }

    @Override
    public StreamObserver<LeaseKeepAliveRequest> leaseKeepAlive(StreamObserver<LeaseKeepAliveResponse> observer) {
        KeepAlives stream = new KeepAlives(served, (ServerCallStreamObserver<LeaseKeepAliveResponse>) observer);
        stream.open(CallGate.LEADER_NEEDED.get() ? leaders.add(stream::leaderLost) : () -> {});
        return stream;
    }

    @Override
    public void leaseTimeToLive(LeaseTimeToLiveRequest request, StreamObserver<LeaseTimeToLiveResponse> observer) {
        Node node = served.node();
        Answers.later(observer);
        var _ = node.calls()
                .timeToLive(request.getID(), request.getKeys())
                .thenAccept(answer -> sendLife(node, request, answer, observer));
    }

    private static void sendLife(
            Node node,
            LeaseTimeToLiveRequest request,
            LeaderCall.Answer answer,
            StreamObserver<LeaseTimeToLiveResponse> observer) {
        if (!answer.refusal().isEmpty()) {
            Answers.refuse(observer, Refusal.valueOf(answer.refusal()));
            return;
        }
        LeaseTimeToLiveResponse.Builder reply = LeaseTimeToLiveResponse.newBuilder()
                .setHeader(Header.of(node).message())
                .setID(request.getID())
                .setTTL(answer.ttlSeconds())
                .setGrantedTTL(answer.grantedTtlSeconds());
        for (Bytes key : answer.keys()) reply.addKeys(Responses.string(key));
        Answers.send(observer, reply.build());
    }

    /** As in etcd the list of this member. */
    @Override
    public void leaseLeases(LeaseLeasesRequest request, StreamObserver<LeaseLeasesResponse> observer) {
        Node node = served.node();
        LeaseLeasesResponse.Builder reply =
                LeaseLeasesResponse.newBuilder().setHeader(Header.of(node).message());
        for (long id : node.calls().leases())
            reply.addLeases(LeaseStatus.newBuilder().setID(id));
        Answers.send(observer, reply.build());
    }
}
