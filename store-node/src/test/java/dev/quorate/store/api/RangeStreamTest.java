package dev.quorate.store.api;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import dev.quorate.proto.etcdserverpb.KVGrpc;
import dev.quorate.proto.etcdserverpb.PutRequest;
import dev.quorate.proto.etcdserverpb.RangeRequest;
import dev.quorate.proto.etcdserverpb.RangeResponse;
import dev.quorate.store.node.Limits;
import io.grpc.ManagedChannel;
import io.grpc.netty.NettyChannelBuilder;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class RangeStreamTest {
    private static final long PIECE = Limits.DEFAULT.maxRequestBytes();

    private LoneMember member;
    private ManagedChannel channel;
    private KVGrpc.KVBlockingStub kv;

    @BeforeEach
    void start() throws Exception {
        member = new LoneMember();
        channel = NettyChannelBuilder.forAddress(member.address())
                .usePlaintext()
                .maxInboundMessageSize((int) (3 * PIECE))
                .build();
        kv = KVGrpc.newBlockingStub(channel);
    }

    @AfterEach
    void stop() {
        channel.shutdownNow();
        member.close();
    }

    private void put(String key, int size) {
        var _ = kv.put(PutRequest.newBuilder()
                .setKey(RawRequests.bytes(key))
                .setValue(ByteString.copyFrom(new byte[size]))
                .build());
    }

    private List<RangeResponse> pieces(RangeRequest.Builder request) {
        List<RangeResponse> pieces = new ArrayList<>();
        kv.rangeStream(request.build()).forEachRemaining(piece -> pieces.add(piece.getRangeResponse()));
        return pieces;
    }

    /** Many short values first, which must not make the reader greedy for the long ones behind. */
    @Test
    void noPieceIsMuchLongerThanARequest() {
        for (int i = 0; i < 300; i++) put("a%03d".formatted(i), 10);
        for (int i = 0; i < 12; i++) put("b%03d".formatted(i), 1_000_000);
        List<RangeResponse> pieces = pieces(RawRequests.range("a", "c"));
        assertThat(pieces.getFirst().getKvsCount()).isEqualTo(10);
        assertThat(pieces).allMatch(piece -> piece.getSerializedSize() < 2 * PIECE);
        for (RangeResponse piece : pieces.subList(1, pieces.size() - 1))
            assertThat((long) piece.getSerializedSize()).isGreaterThan(PIECE / 2);
        assertThat(pieces.stream().mapToInt(RangeResponse::getKvsCount).sum()).isEqualTo(312);
        assertThat(pieces.getLast().getCount()).isEqualTo(312);
        assertThat(pieces.subList(0, pieces.size() - 1))
                .noneMatch(piece -> piece.hasHeader() || piece.getMore() || piece.getCount() != 0);
    }

    @Test
    void allPiecesShowTheRevisionOfTheBeginning() {
        for (int i = 0; i < 20; i++) put("a%03d".formatted(i), 500_000);
        var stream = kv.rangeStream(RawRequests.range("a", "b").build());
        List<RangeResponse> pieces = new ArrayList<>(List.of(stream.next().getRangeResponse()));
        for (int i = 0; i < 20; i++) put("a%03d".formatted(i), 1);
        put("a020", 1);
        stream.forEachRemaining(piece -> pieces.add(piece.getRangeResponse()));
        assertThat(pieces.stream().flatMap(piece -> piece.getKvsList().stream()))
                .hasSize(20)
                .allMatch(kv -> kv.getVersion() == 1);
        assertThat(pieces.getLast().getCount()).isEqualTo(20);
        assertThat(pieces.getLast().getHeader().getRevision()).isEqualTo(21);
    }
}
