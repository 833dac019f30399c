package dev.quorate.store.peer;

import static org.assertj.core.api.Assertions.assertThat;

import dev.quorate.proto.peer.PeerGrpc;
import dev.quorate.proto.peer.SnapshotPiece;
import dev.quorate.proto.peer.SnapshotReply;
import dev.quorate.store.Bytes;
import dev.quorate.store.node.port.SnapshotStore;
import dev.quorate.store.node.port.StatePosition;
import io.grpc.ManagedChannel;
import io.grpc.Server;
import io.grpc.netty.NettyChannelBuilder;
import io.grpc.netty.NettyServerBuilder;
import io.grpc.stub.StreamObserver;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

/** A sender, a port that takes everything, and a network between them that would take all at once. */
class SnapshotSenderTest {
    private static final int STATE_BYTES = 2 << 20;
    private static final int BYTES_PER_SECOND = 4 << 20;

    private final AtomicLong arrived = new AtomicLong();

    @Test
    void aStateIsSentNoFasterThanItMay() throws Exception {
        Server server = NettyServerBuilder.forAddress(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
                .addService(new Taker())
                .build()
                .start();
        ManagedChannel channel = NettyChannelBuilder.forAddress("127.0.0.1", server.getPort())
                .usePlaintext()
                .build();
        try {
            long begin = System.nanoTime();
            long index = new SnapshotSender(PeerGrpc.newStub(channel), BYTES_PER_SECOND).send(3, new Zeros());
            long tookMillis = (System.nanoTime() - begin) / 1_000_000;
            assertThat(index).isEqualTo(7);
            assertThat(arrived).hasValue(STATE_BYTES);
            assertThat(tookMillis)
                    .isGreaterThanOrEqualTo(TimeUnit.SECONDS.toMillis(1) * STATE_BYTES / BYTES_PER_SECOND);
        } finally {
            channel.shutdownNow();
            server.shutdownNow();
        }
    }

    private final class Taker extends PeerGrpc.PeerImplBase {
        @Override
        public StreamObserver<SnapshotPiece> snapshot(StreamObserver<SnapshotReply> replies) {
            return new StreamObserver<>() {
                @Override
                public void onNext(SnapshotPiece piece) {
                    if (piece.hasHeader()) replies.onNext(SnapshotReply.getDefaultInstance());
                    arrived.addAndGet(piece.getContent().size());
                }

                @Override
                public void onError(Throwable failure) {}

                @Override
                public void onCompleted() {
                    replies.onNext(SnapshotReply.newBuilder().setInstalled(true).build());
                    replies.onCompleted();
                }
            };
        }
    }

    private static final class Zeros implements SnapshotStore {
        @Override
        public Export export() {
            return new Export() {
                private int left = STATE_BYTES;

                @Override
                public StatePosition position() {
                    return new StatePosition(7, 3, 5);
                }

                @Override
                public long sizeBytes() {
                    return STATE_BYTES;
                }

                @Override
                public Optional<Bytes> next(int maxBytes) {
                    int size = Math.min(left, maxBytes);
                    left -= size;
                    return size == 0 ? Optional.empty() : Optional.of(Bytes.wrap(new byte[size]));
                }

                @Override
                public void close() {}
            };
        }

        @Override
        public Import receive(StatePosition position, long sizeBytes) {
            throw new UnsupportedOperationException("it only sends");
        }
    }
}
