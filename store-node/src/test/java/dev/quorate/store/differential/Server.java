package dev.quorate.store.differential;

import com.google.protobuf.Message;
import dev.quorate.proto.etcdserverpb.CompactionRequest;
import dev.quorate.proto.etcdserverpb.DeleteRangeRequest;
import dev.quorate.proto.etcdserverpb.HashKVRequest;
import dev.quorate.proto.etcdserverpb.KVGrpc;
import dev.quorate.proto.etcdserverpb.LeaseGrantRequest;
import dev.quorate.proto.etcdserverpb.LeaseGrpc;
import dev.quorate.proto.etcdserverpb.LeaseKeepAliveRequest;
import dev.quorate.proto.etcdserverpb.LeaseKeepAliveResponse;
import dev.quorate.proto.etcdserverpb.LeaseLeasesRequest;
import dev.quorate.proto.etcdserverpb.LeaseRevokeRequest;
import dev.quorate.proto.etcdserverpb.LeaseTimeToLiveRequest;
import dev.quorate.proto.etcdserverpb.MaintenanceGrpc;
import dev.quorate.proto.etcdserverpb.PutRequest;
import dev.quorate.proto.etcdserverpb.RangeRequest;
import dev.quorate.proto.etcdserverpb.RangeResponse;
import dev.quorate.proto.etcdserverpb.ResponseHeader;
import dev.quorate.proto.etcdserverpb.TxnRequest;
import dev.quorate.proto.etcdserverpb.WatchRequest;
import io.grpc.ManagedChannel;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.NettyChannelBuilder;
import io.grpc.stub.StreamObserver;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/** A server under comparison, seen through one client. */
final class Server implements AutoCloseable {
    private static final long PATIENCE_SECONDS = 20;

    private final ManagedChannel channel;
    private final KVGrpc.KVBlockingStub kv;
    private final LeaseGrpc.LeaseBlockingStub leases;
    private final MaintenanceGrpc.MaintenanceBlockingStub maintenance;
    private final Heard heard;
    private long revision = 1;

    Server(String host, int port) {
        channel = NettyChannelBuilder.forAddress(host, port).usePlaintext().build();
        kv = KVGrpc.newBlockingStub(channel).withWaitForReady();
        leases = LeaseGrpc.newBlockingStub(channel);
        maintenance = MaintenanceGrpc.newBlockingStub(channel);
        revision = kv.range(RangeRequest.newBuilder().setKey(Heard.MARKER).build())
                .getHeader()
                .getRevision();
        heard = new Heard(channel);
    }

    /** The highest revision that a reply has named. */
    long revision() {
        return revision;
    }

    /** What came of it, in a form in which two servers must agree. */
    String run(Step step) {
        return switch (step) {
            case Step.Call call -> call(call.request());
            case Step.Watching watching -> watch(watching.request());
            case Step.Settle settle -> {
                settle();
                yield heard.all();
            }
        };
    }

    /** Before a watch is canceled it must have told everything: what it still would have told is anybody's guess. */
    private String watch(WatchRequest request) {
        if (request.hasCancelRequest()) settle();
        heard.send(request);
        // One that starts in the compacted past ends soon, and until then its id is taken.
        if (request.getCreateRequest().getStartRevision() != 0) settle();
        return "";
    }

    private String call(Message request) {
        // Whether a watch that reads history has passed a revision before it is compacted is anybody's guess.
        if (request instanceof CompactionRequest) settle();
        try {
            Message reply = answer(request);
            Object header = reply.getField(reply.getDescriptorForType().findFieldByName("header"));
            if (header instanceof ResponseHeader known) revision = Math.max(revision, known.getRevision());
            return Normal.form(request, reply);
        } catch (StatusRuntimeException refused) {
            return Normal.refusal(request, refused.getStatus());
        }
    }

    private Message answer(Message request) {
        KVGrpc.KVBlockingStub keys = kv.withDeadlineAfter(PATIENCE_SECONDS, TimeUnit.SECONDS);
        return switch (request) {
            case PutRequest put -> keys.put(put);
            case DeleteRangeRequest delete -> keys.deleteRange(delete);
            case RangeRequest range -> keys.range(range);
            case TxnRequest txn -> keys.txn(txn);
            case CompactionRequest compaction -> keys.compact(compaction);
            case HashKVRequest hash -> maintenance.hashKV(hash);
            case LeaseGrantRequest grant -> leases.leaseGrant(grant);
            case LeaseRevokeRequest revoke -> leases.leaseRevoke(revoke);
            case LeaseTimeToLiveRequest life -> leases.leaseTimeToLive(life);
            case LeaseLeasesRequest all -> leases.leaseLeases(all);
            case LeaseKeepAliveRequest keep -> keepAlive(keep);
            default -> throw new IllegalArgumentException("no call for " + request);
        };
    }

    /** The answer of RangeStream, put together again; empty when this kind of question is not answered in pieces. */
    Optional<String> streamed(RangeRequest request) {
        try {
            RangeResponse.Builder whole = RangeResponse.newBuilder();
            kv.withDeadlineAfter(PATIENCE_SECONDS, TimeUnit.SECONDS)
                    .rangeStream(request)
                    .forEachRemaining(piece -> whole.mergeFrom(piece.getRangeResponse()));
            return Optional.of(Normal.form(request, whole.build()));
        } catch (StatusRuntimeException refused) {
            if (refused.getStatus().getCode() == Status.Code.UNIMPLEMENTED) return Optional.empty();
            return Optional.of(Normal.refusal(request, refused.getStatus()));
        }
    }

    private Message keepAlive(LeaseKeepAliveRequest request) {
        CompletableFuture<LeaseKeepAliveResponse> reply = new CompletableFuture<>();
        StreamObserver<LeaseKeepAliveRequest> stream = LeaseGrpc.newStub(channel)
                .leaseKeepAlive(new StreamObserver<>() {
                    @Override
                    public void onNext(LeaseKeepAliveResponse message) {
                        reply.complete(message);
                    }

                    @Override
                    public void onError(Throwable failure) {
                        reply.completeExceptionally(failure);
                    }

                    @Override
                    public void onCompleted() {}
                });
        stream.onNext(request);
        LeaseKeepAliveResponse answer =
                reply.orTimeout(PATIENCE_SECONDS, TimeUnit.SECONDS).join();
        stream.onCompleted();
        return answer;
    }

    /** Two changes carry watches that start a little later past their start; then everything must have been told. */
    private void settle() {
        for (int i = 0; i < 3; i++)
            revision = kv.put(PutRequest.newBuilder().setKey(Heard.MARKER).build())
                    .getHeader()
                    .getRevision();
        heard.await(revision);
    }

    /** Promises of the watch stream that were broken. */
    List<String> broken() {
        return heard.broken();
    }

    @Override
    public void close() {
        channel.shutdownNow();
    }
}
