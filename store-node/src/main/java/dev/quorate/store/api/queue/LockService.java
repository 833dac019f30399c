package dev.quorate.store.api.queue;

import dev.quorate.proto.v3lockpb.LockGrpc;
import dev.quorate.proto.v3lockpb.LockRequest;
import dev.quorate.proto.v3lockpb.LockResponse;
import dev.quorate.proto.v3lockpb.UnlockRequest;
import dev.quorate.proto.v3lockpb.UnlockResponse;
import dev.quorate.store.Bytes;
import dev.quorate.store.api.wire.Header;
import dev.quorate.store.api.wire.Requests;
import dev.quorate.store.api.wire.Responses;
import dev.quorate.store.mvcc.KeyRange;
import dev.quorate.store.mvcc.RangeResult;
import dev.quorate.store.node.Node;
import dev.quorate.store.state.Checks;
import dev.quorate.store.state.Op;
import dev.quorate.store.state.Outcome;
import io.grpc.stub.StreamObserver;
import java.util.function.Supplier;

/** v3lockpb.Lock: the first in the line has the lock. */
public final class LockService extends LockGrpc.LockImplBase {
    private final Supplier<Node> node;

    public LockService(Supplier<Node> node) {
        this.node = node;
    }

    @Override
    public void lock(LockRequest request, StreamObserver<LockResponse> observer) {
        Waiting.run(observer, () -> {
            Line line = new Line(node.get(), Requests.bytes(request.getName()));
            Line.Place place = line.enter(line.session(request.getLease()), Bytes.EMPTY);
            line.awaitTurn(place);
            RangeResult.Found mine = line.get(place.key());
            if (mine.encoded().isEmpty()) throw new Refused("mutex: session is expired");
            Waiting.answer(
                    observer,
                    LockResponse.newBuilder()
                            .setHeader(line.header(mine.revision()).message())
                            .setKey(Responses.string(place.key()))
                            .build());
        });
    }

    @Override
    public void unlock(UnlockRequest request, StreamObserver<UnlockResponse> observer) {
        Waiting.run(observer, () -> {
            Op.DeleteRange delete = new Op.DeleteRange(KeyRange.single(Requests.bytes(request.getKey())), false);
            Checks.delete(delete).ifPresent(reason -> {
                throw new Refused(reason);
            });
            Outcome.DeleteDone done = (Outcome.DeleteDone) Line.propose(node.get(), delete);
            Waiting.answer(
                    observer,
                    UnlockResponse.newBuilder()
                            .setHeader(Header.of(node.get(), done.revision()).message())
                            .build());
        });
    }
}
