package dev.quorate.store.peer;

import dev.quorate.proto.peer.JoinInfoRequest;
import dev.quorate.proto.peer.PeerGrpc;
import dev.quorate.store.node.NodeConfig;
import dev.quorate.store.peer.PeerHost.JoinAnswer;
import io.grpc.ManagedChannel;
import io.grpc.StatusRuntimeException;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Asks a process on a peer port whether this one is a listed member. */
public final class JoinClient implements AutoCloseable {
    private final PeerLoops loops;

    public JoinClient(NodeConfig.Tls tls) {
        this.loops = new PeerLoops(tls);
    }

    /** UNKNOWN when nobody answers there. Blocks. */
    public JoinAnswer ask(String url, PeerHost.JoinQuestion question, long timeoutMillis) {
        ManagedChannel channel = loops.channel(url, false);
        try {
            return PeerProtos.fromProto(PeerGrpc.newBlockingStub(channel)
                    .withDeadlineAfter(timeoutMillis, TimeUnit.MILLISECONDS)
                    .joinInfo(JoinInfoRequest.newBuilder()
                            .addAllPeerUrls(question.peerUrls())
                            .setName(question.name())
                            .setDataNonce(question.dataNonce())
                            .setFoundingId(question.foundingId())
                            .build()));
        } catch (StatusRuntimeException unreachable) {
            return new JoinAnswer(JoinAnswer.Verdict.UNKNOWN, 0, 0, 0, List.of());
        } finally {
            channel.shutdownNow();
        }
    }

    @Override
    public void close() {
        loops.close();
    }
}
