package dev.quorate.store.api;

import dev.quorate.proto.etcdserverpb.WatchGrpc;
import dev.quorate.proto.etcdserverpb.WatchRequest;
import dev.quorate.store.api.wire.Reply;
import io.grpc.ServerServiceDefinition;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.ServerCalls;
import io.grpc.stub.StreamObserver;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ScheduledExecutorService;

/** etcdserverpb.Watch, and the list of open streams. */
final class WatchService {
    private final Served served;
    private final ScheduledExecutorService pumps;
    private final LeaderWatch leaders;
    private final Set<WatchStream> streams = ConcurrentHashMap.newKeySet();

    WatchService(Served served, ScheduledExecutorService pumps, LeaderWatch leaders) {
        this.served = served;
        this.pumps = pumps;
        this.leaders = leaders;
    }

    ServerServiceDefinition bind() {
        return ServerServiceDefinition.builder(WatchGrpc.SERVICE_NAME)
                .addMethod(
                        KvService.encoded(WatchGrpc.getWatchMethod()), ServerCalls.asyncBidiStreamingCall(this::watch))
                .build();
    }

    private StreamObserver<WatchRequest> watch(StreamObserver<Reply> out) {
        WatchStream stream = new WatchStream(served, pumps, (ServerCallStreamObserver<Reply>) out);
        streams.add(stream);
        Runnable stopWatching = CallGate.LEADER_NEEDED.get() ? leaders.add(stream::leaderLost) : () -> {};
        stream.open(() -> {
            streams.remove(stream);
            stopWatching.run();
        });
        return stream;
    }

    /** Time for the watches that want to hear that nothing happened. */
    void tellProgress() {
        for (WatchStream stream : streams) stream.tellProgress();
    }

    /** Ends the streams of a node that is not there any more. */
    void checkNode() {
        for (WatchStream stream : streams) stream.checkNode(served.host().node());
    }

    int openStreams() {
        return streams.size();
    }
}
