package dev.quorate.store.cli;

import com.google.protobuf.ByteString;
import dev.quorate.proto.etcdserverpb.CompactionRequest;
import dev.quorate.proto.etcdserverpb.DeleteRangeRequest;
import dev.quorate.proto.etcdserverpb.KVGrpc;
import dev.quorate.proto.etcdserverpb.LeaseGrantRequest;
import dev.quorate.proto.etcdserverpb.LeaseGrpc;
import dev.quorate.proto.etcdserverpb.PutRequest;
import dev.quorate.proto.etcdserverpb.RangeRequest;
import dev.quorate.proto.etcdserverpb.RequestOp;
import dev.quorate.proto.etcdserverpb.TxnRequest;
import dev.quorate.proto.etcdserverpb.WatchCreateRequest;
import dev.quorate.proto.etcdserverpb.WatchGrpc;
import dev.quorate.proto.etcdserverpb.WatchRequest;
import dev.quorate.proto.etcdserverpb.WatchResponse;
import io.grpc.ManagedChannel;
import io.grpc.stub.StreamObserver;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/** A little of everything that clients ask, mostly what they ask most. */
final class TrainingLoad {
    private static final int CLIENTS = 16;
    private static final int ROUNDS = 150;
    private static final int FANOUTS = 4;
    private static final int WATCHES = 50;
    private static final ByteString FIRST = ByteString.copyFromUtf8("k");
    private static final ByteString END = ByteString.copyFromUtf8("l");
    private static final ByteString MANY = ByteString.copyFromUtf8("many");
    private static final ByteString VALUE = ByteString.copyFrom(new byte[256]);

    private TrainingLoad() {}

    static void run(ManagedChannel channel, String url) throws IOException, InterruptedException {
        StreamObserver<WatchRequest> watch = WatchGrpc.newStub(channel).watch(new Ignored());
        watch.onNext(WatchRequest.newBuilder()
                .setCreateRequest(WatchCreateRequest.newBuilder()
                        .setKey(FIRST)
                        .setRangeEnd(END)
                        .setPrevKv(true))
                .build());
        List<StreamObserver<WatchRequest>> fanouts = fanouts(channel);
        try (ExecutorService clients = Executors.newVirtualThreadPerTaskExecutor()) {
            for (int i = 0; i < CLIENTS; i++) {
                int client = i;
                clients.execute(() -> calls(KVGrpc.newBlockingStub(channel), client));
            }
        }
        var _ = LeaseGrpc.newBlockingStub(channel)
                .leaseGrant(LeaseGrantRequest.newBuilder().setTTL(60).build());
        watch.onCompleted();
        fanouts.forEach(StreamObserver::onCompleted);
        try (HttpClient http = HttpClient.newHttpClient()) {
            for (String path : List.of("/health", "/readyz", "/metrics", "/version")) {
                HttpRequest page =
                        HttpRequest.newBuilder(URI.create(url + path)).build();
                http.send(page, HttpResponse.BodyHandlers.discarding());
            }
        }
    }

    /** Many watches of one key. */
    private static List<StreamObserver<WatchRequest>> fanouts(ManagedChannel channel) {
        List<StreamObserver<WatchRequest>> streams = new ArrayList<>();
        for (int i = 0; i < FANOUTS; i++) {
            StreamObserver<WatchRequest> stream = WatchGrpc.newStub(channel).watch(new Ignored());
            for (int j = 0; j < WATCHES; j++)
                stream.onNext(WatchRequest.newBuilder()
                        .setCreateRequest(WatchCreateRequest.newBuilder().setKey(MANY))
                        .build());
            streams.add(stream);
        }
        return streams;
    }

    private static void calls(KVGrpc.KVBlockingStub kv, int client) {
        for (int round = 0; round < ROUNDS; round++) {
            ByteString key = ByteString.copyFromUtf8("k" + client + "-" + round);
            PutRequest put = PutRequest.newBuilder().setKey(key).setValue(VALUE).build();
            long revision = kv.put(put).getHeader().getRevision();
            kv.put(PutRequest.newBuilder().setKey(MANY).setValue(VALUE).build());
            for (boolean serializable : new boolean[] {true, false})
                kv.range(RangeRequest.newBuilder()
                        .setKey(key)
                        .setSerializable(serializable)
                        .build());
            if (round % 10 != 0) continue;
            kv.range(RangeRequest.newBuilder()
                    .setKey(FIRST)
                    .setRangeEnd(END)
                    .setLimit(200)
                    .build());
            kv.txn(TxnRequest.newBuilder()
                    .addSuccess(RequestOp.newBuilder().setRequestPut(put))
                    .build());
            kv.deleteRange(
                    DeleteRangeRequest.newBuilder().setKey(key).setPrevKv(true).build());
            if (client == 0 && round % 50 == 0)
                kv.compact(CompactionRequest.newBuilder().setRevision(revision).build());
        }
    }

    private static final class Ignored implements StreamObserver<WatchResponse> {
        @Override
        public void onNext(WatchResponse response) {}

        @Override
        public void onError(Throwable error) {}

        @Override
        public void onCompleted() {}
    }
}
