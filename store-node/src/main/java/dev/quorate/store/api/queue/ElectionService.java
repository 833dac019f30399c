package dev.quorate.store.api.queue;

import com.google.protobuf.InvalidProtocolBufferException;
import dev.quorate.proto.mvccpb.KeyValue;
import dev.quorate.proto.v3electionpb.CampaignRequest;
import dev.quorate.proto.v3electionpb.CampaignResponse;
import dev.quorate.proto.v3electionpb.ElectionGrpc;
import dev.quorate.proto.v3electionpb.LeaderKey;
import dev.quorate.proto.v3electionpb.LeaderRequest;
import dev.quorate.proto.v3electionpb.LeaderResponse;
import dev.quorate.proto.v3electionpb.ProclaimRequest;
import dev.quorate.proto.v3electionpb.ProclaimResponse;
import dev.quorate.proto.v3electionpb.ResignRequest;
import dev.quorate.proto.v3electionpb.ResignResponse;
import dev.quorate.store.Bytes;
import dev.quorate.store.Invariant;
import dev.quorate.store.api.wire.Requests;
import dev.quorate.store.api.wire.Responses;
import dev.quorate.store.mvcc.KeyEvent;
import dev.quorate.store.mvcc.KeyRange;
import dev.quorate.store.mvcc.RangeResult;
import dev.quorate.store.node.Node;
import dev.quorate.store.state.Outcome;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import java.util.concurrent.Semaphore;
import java.util.function.Supplier;

/** v3electionpb.Election: the first in the line leads. */
public final class ElectionService extends ElectionGrpc.ElectionImplBase {
    private final Supplier<Node> node;

    public ElectionService(Supplier<Node> node) {
        this.node = node;
    }

    private Line line(LeaderKey leader) {
        return new Line(node.get(), Requests.bytes(leader.getName()));
    }

    @Override
    public void campaign(CampaignRequest request, StreamObserver<CampaignResponse> observer) {
        Waiting.run(observer, () -> {
            Line line = new Line(node.get(), Requests.bytes(request.getName()));
            Line.Place place = line.enter(line.session(request.getLease()), Requests.bytes(request.getValue()));
            line.awaitTurn(place);
            // Where etcd does not look, and names a leader whose lease has ended while it waited.
            if (line.get(place.key()).encoded().isEmpty()) throw new Refused("election: not leader");
            Waiting.answer(
                    observer,
                    CampaignResponse.newBuilder()
                            .setHeader(line.header(place.revision()).message())
                            .setLeader(LeaderKey.newBuilder()
                                    .setName(request.getName())
                                    .setKey(Responses.string(place.key()))
                                    .setRev(place.revision())
                                    .setLease(place.lease()))
                            .build());
        });
    }

    @Override
    public void proclaim(ProclaimRequest request, StreamObserver<ProclaimResponse> observer) {
        Waiting.run(observer, () -> {
            if (!request.hasLeader()) throw new Refused("\"leader\" field must be provided");
            Line line = line(request.getLeader());
            Outcome.TxnDone done = line.proclaim(place(request.getLeader()), Requests.bytes(request.getValue()));
            if (!done.succeeded()) throw new Refused("election: not leader");
            Waiting.answer(
                    observer,
                    ProclaimResponse.newBuilder()
                            .setHeader(line.header(done.revision()).message())
                            .build());
        });
    }

    @Override
    public void resign(ResignRequest request, StreamObserver<ResignResponse> observer) {
        Waiting.run(observer, () -> {
            if (!request.hasLeader()) throw new Refused("\"leader\" field must be provided");
            Line line = line(request.getLeader());
            Outcome.TxnDone done = line.leave(place(request.getLeader()));
            Waiting.answer(
                    observer,
                    ResignResponse.newBuilder()
                            .setHeader(line.header(done.revision()).message())
                            .build());
        });
    }

    private static Line.Place place(LeaderKey leader) {
        return new Line.Place(Requests.bytes(leader.getKey()), leader.getRev(), leader.getLease());
    }

    @Override
    public void leader(LeaderRequest request, StreamObserver<LeaderResponse> observer) {
        Waiting.run(observer, () -> {
            Line line = new Line(node.get(), Requests.bytes(request.getName()));
            RangeResult.Found first = line.first();
            if (first.encoded().isEmpty()) throw new Refused("election: no leader");
            Waiting.answer(observer, leader(line, first.encoded().getFirst(), first.revision()));
        });
    }

    /** The leader now, whenever it proclaims something, and every next one. */
    @Override
    public void observe(LeaderRequest request, StreamObserver<LeaderResponse> observer) {
        ServerCallStreamObserver<LeaderResponse> out = (ServerCallStreamObserver<LeaderResponse>) observer;
        Semaphore room = new Semaphore(0);
        out.setOnReadyHandler(room::release);
        Waiting.run(observer, () -> {
            Line line = new Line(node.get(), Requests.bytes(request.getName()));
            while (true) {
                RangeResult.Found first = line.first();
                if (first.encoded().isEmpty()) {
                    awaitAnybody(line, first.revision() + 1);
                } else {
                    send(out, room, leader(line, first.encoded().getFirst(), first.revision()));
                    Bytes key = first.keyValues().getFirst().key();
                    followLeader(line, key, first.revision() + 1, leader -> send(out, room, leader));
                }
            }
        });
    }

    private static void awaitAnybody(Line line, long from) throws InterruptedException {
        try (Line.News news = line.new News(line.keys(), from, false)) {
            while (news.next().isEmpty()) {}
        }
    }

    private interface Follower {
        void hear(LeaderResponse leader) throws InterruptedException;
    }

    private static void followLeader(Line line, Bytes key, long from, Follower follower) throws InterruptedException {
        try (Line.News news = line.new News(KeyRange.single(key), from, false)) {
            while (true) {
                for (KeyEvent event : news.next()) {
                    if (Line.isDeletion(event)) return;
                    follower.hear(leader(
                            line, event.encodedKeyValue(), event.revision().main()));
                }
            }
        }
    }

    private static void send(ServerCallStreamObserver<LeaderResponse> out, Semaphore room, LeaderResponse leader)
            throws InterruptedException {
        while (!out.isReady()) room.acquire();
        out.onNext(leader);
    }

    private static LeaderResponse leader(Line line, Bytes encoded, long revision) {
        try {
            return LeaderResponse.newBuilder()
                    .setHeader(line.header(revision).message())
                    .setKv(KeyValue.parseFrom(encoded.shared()))
                    .build();
        } catch (InvalidProtocolBufferException unreadable) {
            throw new Invariant.Broken("a stored key-value cannot be read: " + unreadable.getMessage());
        }
    }
}
