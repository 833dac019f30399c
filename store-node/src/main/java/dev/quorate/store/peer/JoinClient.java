package dev.quorate.store.peer;

import dev.quorate.proto.peer.JoinInfoRequest;
import dev.quorate.proto.peer.PeerGrpc;
import dev.quorate.store.node.NodeConfig;
import dev.quorate.store.peer.PeerHost.JoinAnswer;
import io.grpc.ManagedChannel;
import io.grpc.StatusRuntimeException;
import java.net.URI;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Asks a process on a peer port whether this one is a listed member. */
public final class JoinClient implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(JoinClient.class);

    private final PeerLoops loops;
    private final Set<Door> told = ConcurrentHashMap.newKeySet();

    public JoinClient(NodeConfig.Tls tls) {
        this.loops = new PeerLoops(tls);
    }

    /** Where somebody may answer, and the name, with port, for which the certificate there has to be. */
    public record Door(String url, String name) {
        public static Door of(String url) {
            return new Door(url, URI.create(url).getAuthority());
        }
    }

    /** UNKNOWN when nobody answers there. Blocks. */
    public JoinAnswer ask(Door door, PeerHost.JoinQuestion question, long timeoutMillis) {
        ManagedChannel channel = loops.channel(door.url(), door.name(), false);
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
            if (unreachable.getCause() instanceof SSLException && told.add(door))
                LOG.warn("{} is not trusted as {}: {}", door.url(), door.name(), reason(unreachable));
            return new JoinAnswer(JoinAnswer.Verdict.UNKNOWN, 0, 0, 0, List.of());
        } finally {
            channel.shutdownNow();
        }
    }

    private static String reason(Throwable failure) {
        Throwable deepest = failure;
        while (deepest.getCause() != null) deepest = deepest.getCause();
        return String.valueOf(deepest.getMessage());
    }

    @Override
    public void close() {
        loops.close();
    }
}
