package dev.quorate.store.api.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import com.google.protobuf.Message;
import com.google.protobuf.Parser;
import dev.quorate.proto.etcdserverpb.CompactionResponse;
import dev.quorate.proto.etcdserverpb.DeleteRangeResponse;
import dev.quorate.proto.etcdserverpb.PutResponse;
import dev.quorate.proto.etcdserverpb.RangeResponse;
import dev.quorate.proto.etcdserverpb.TxnResponse;
import dev.quorate.proto.etcdserverpb.WatchResponse;
import dev.quorate.store.Bytes;
import dev.quorate.store.mvcc.KeyValue;
import dev.quorate.store.mvcc.RangeResult;
import dev.quorate.store.state.Outcome;
import io.grpc.Drainable;
import io.grpc.KnownLength;
import io.grpc.StatusRuntimeException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Our bytes are those that the generated classes write: parsed and written again they must not change. */
class ResponsesTest {
    private static final Header HEADER = new Header(0xfedcba9876543210L, 5, 1234, 77);
    private final Random random = new Random(4711);

    @Test
    void aRangeReplyIsByteForByteProtobuf() throws IOException {
        for (int size : List.of(0, 1, 2, 300)) {
            List<Bytes> kvs = new ArrayList<>();
            for (int i = 0; i < size; i++) kvs.add(keyValue().encoded());
            RangeResponse parsed = same(
                    RangeResponse.parser(),
                    Responses.range(HEADER, new RangeResult.Found(kvs, size == 2, size * 7L, 1234)));
            assertThat(parsed.getKvsCount()).isEqualTo(size);
            assertThat(parsed.getMore()).isEqualTo(size == 2);
            assertThat(parsed.getCount()).isEqualTo(size * 7L);
            assertThat(parsed.getHeader().getClusterId()).isEqualTo(HEADER.clusterId());
            assertThat(parsed.getHeader().getRaftTerm()).isEqualTo(77);
            for (int i = 0; i < size; i++)
                assertThat(Bytes.wrap(parsed.getKvs(i).toByteArray())).isEqualTo(kvs.get(i));
        }
    }

    /** The same bytes again and again: what counts is the sum. */
    @Test
    void aReplyThatNoMessageCanHoldIsRefused() {
        List<Bytes> kvs = Collections.nCopies(2_100, Bytes.wrap(new byte[1 << 20]));
        assertThatThrownBy(() -> Responses.range(HEADER, new RangeResult.Found(kvs, false, kvs.size(), 1234)))
                .isInstanceOf(StatusRuntimeException.class)
                .hasMessageStartingWith("RESOURCE_EXHAUSTED: grpc: trying to send message larger than max (2202");
    }

    @Test
    void repliesOfChangesAreToo() throws IOException {
        Bytes previous = keyValue().encoded();
        assertThat(same(PutResponse.parser(), Responses.put(HEADER, new Outcome.PutDone(9, previous)))
                        .getPrevKv()
                        .toByteString())
                .isEqualTo(ByteString.copyFrom(previous.shared()));
        assertThat(same(PutResponse.parser(), Responses.put(HEADER, new Outcome.PutDone(9, Bytes.EMPTY)))
                        .hasPrevKv())
                .isFalse();
        assertThat(same(
                                DeleteRangeResponse.parser(),
                                Responses.delete(HEADER, new Outcome.DeleteDone(9, 2, List.of(previous, previous))))
                        .getPrevKvsCount())
                .isEqualTo(2);
        assertThat(same(CompactionResponse.parser(), Responses.compaction(HEADER))
                        .getHeader()
                        .getRevision())
                .isEqualTo(1234);
    }

    @Test
    void transactionsCarryTheirResultsAsDeepAsTheyGo() throws IOException {
        Outcome.RangeDone range =
                new Outcome.RangeDone(new RangeResult.Found(List.of(keyValue().encoded()), false, 1, 9));
        Outcome.TxnDone inner = new Outcome.TxnDone(9, false, List.of(range));
        Outcome.TxnDone outer = new Outcome.TxnDone(
                9,
                true,
                List.of(
                        new Outcome.PutDone(9, Bytes.EMPTY),
                        new Outcome.DeleteDone(9, 0, List.of()),
                        range,
                        new Outcome.TxnDone(0, false, List.of()),
                        inner));
        TxnResponse parsed = same(TxnResponse.parser(), Responses.txn(HEADER, outer));
        assertThat(parsed.getSucceeded()).isTrue();
        assertThat(parsed.getResponses(0).hasResponsePut()).isTrue();
        assertThat(parsed.getResponses(1).getResponseDeleteRange().getHeader().getRevision())
                .isEqualTo(9);
        assertThat(parsed.getResponses(2).getResponseRange().getCount()).isEqualTo(1);
        assertThat(parsed.getResponses(3).getResponseTxn().hasHeader()).isTrue();
        assertThat(parsed.getResponses(4).getResponseTxn().getResponses(0).hasResponseRange())
                .isTrue();
    }

    @Test
    void watchMessagesAreToo() throws IOException {
        assertThat(same(WatchResponse.parser(), WatchReplies.created(HEADER, 3)).getCreated())
                .isTrue();
        WatchResponse refused = same(WatchResponse.parser(), WatchReplies.notCreated(HEADER, -1, "why not"));
        assertThat(refused.getWatchId()).isEqualTo(-1);
        assertThat(refused.getCanceled() && refused.getCreated()).isTrue();
        assertThat(refused.getCancelReason()).isEqualTo("why not");
        assertThat(same(WatchResponse.parser(), WatchReplies.compacted(HEADER, 3, 55))
                        .getCompactRevision())
                .isEqualTo(55);
        assertThat(same(WatchResponse.parser(), WatchReplies.progress(HEADER, -1))
                        .getEventsCount())
                .isZero();
    }

    @Test
    void longEventMessagesAreCutWhereTheLimitSays() throws IOException {
        List<Bytes> events = new ArrayList<>();
        for (int i = 0; i < 10; i++) {
            Bytes kv = keyValue().encoded();
            events.add(new Fields(kv.size() + 10).message(2, kv).done());
        }
        assertThat(WatchReplies.events(HEADER, 1, events, Long.MAX_VALUE)).hasSize(1);
        List<Reply> parts = WatchReplies.events(HEADER, 1, events, 700);
        int seen = 0;
        for (int i = 0; i < parts.size(); i++) {
            WatchResponse part = same(WatchResponse.parser(), parts.get(i));
            assertThat(part.getFragment()).isEqualTo(i < parts.size() - 1);
            for (var event : part.getEventsList())
                assertThat(Bytes.wrap(event.toByteArray())).isEqualTo(events.get(seen++));
            assertThat(part.getEventsCount() == 1 || part.getSerializedSize() < 700)
                    .isTrue();
        }
        assertThat(seen).isEqualTo(10);
    }

    private <M extends Message> M same(Parser<M> parser, Reply reply) throws IOException {
        InputStream stream = new ReplyMarshaller().stream(reply);
        assertThat(((KnownLength) stream).available()).isEqualTo(reply.sizeBytes());
        ByteArrayOutputStream drained = new ByteArrayOutputStream();
        assertThat(((Drainable) stream).drainTo(drained)).isEqualTo(reply.sizeBytes());
        byte[] bytes = drained.toByteArray();
        assertThat(bytes).hasSize(reply.sizeBytes());
        assertThat(new ReplyMarshaller().stream(reply).readAllBytes()).isEqualTo(bytes);
        assertThat(reply.encoded().shared()).isEqualTo(bytes);
        M parsed = parser.parseFrom(bytes);
        assertThat(parsed.toByteArray()).isEqualTo(bytes);
        return parsed;
    }

    private KeyValue keyValue() {
        byte[] key = new byte[1 + random.nextInt(40)];
        byte[] value = new byte[random.nextInt(400)];
        random.nextBytes(key);
        random.nextBytes(value);
        return new KeyValue(
                Bytes.wrap(key),
                random.nextLong(Long.MAX_VALUE),
                random.nextLong(Long.MAX_VALUE),
                random.nextInt(5),
                Bytes.wrap(value),
                random.nextInt(2));
    }
}
