package dev.quorate.store.api.wire;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import dev.quorate.proto.etcdserverpb.Compare;
import dev.quorate.proto.etcdserverpb.PutRequest;
import dev.quorate.proto.etcdserverpb.RangeRequest;
import dev.quorate.proto.etcdserverpb.RequestOp;
import dev.quorate.proto.etcdserverpb.TxnRequest;
import dev.quorate.store.Bytes;
import dev.quorate.store.mvcc.KeyRange;
import dev.quorate.store.mvcc.RangeQuery;
import dev.quorate.store.mvcc.RangeQuery.Shape;
import dev.quorate.store.state.Compare.Operand;
import dev.quorate.store.state.Compare.Relation;
import dev.quorate.store.state.Op;
import dev.quorate.store.state.Refusal;
import org.junit.jupiter.api.Test;

class RequestsTest {
    @Test
    void aPlainRangeUsesTheSharedDefaults() {
        RangeQuery query = Requests.range(
                RangeRequest.newBuilder().setKey(ByteString.copyFromUtf8("a")).build());
        assertThat(query).isEqualTo(RangeQuery.get(Bytes.utf8("a")));
        assertThat(query.sort()).isSameAs(RangeQuery.Sort.DEFAULT);
        assertThat(query.filters()).isSameAs(RangeQuery.Filters.NONE);
    }

    @Test
    void everyFieldOfARangeArrives() {
        RangeQuery query = Requests.range(RangeRequest.newBuilder()
                .setKey(ByteString.copyFromUtf8("a"))
                .setRangeEnd(ByteString.copyFromUtf8("b"))
                .setRevision(1)
                .setLimit(2)
                .setSortOrder(RangeRequest.SortOrder.DESCEND)
                .setSortTarget(RangeRequest.SortTarget.VALUE)
                .setKeysOnly(true)
                .setMinModRevision(3)
                .setMaxModRevision(4)
                .setMinCreateRevision(5)
                .setMaxCreateRevision(6)
                .build());
        assertThat(query)
                .isEqualTo(new RangeQuery(
                        KeyRange.of(Bytes.utf8("a"), Bytes.utf8("b")),
                        1,
                        2,
                        new RangeQuery.Sort(RangeQuery.Order.DESCEND, RangeQuery.Target.VALUE),
                        new RangeQuery.Filters(3, 4, 5, 6),
                        Shape.KEYS_ONLY));
    }

    @Test
    void countOnlyWinsOverKeysOnly() {
        assertThat(Requests.range(RangeRequest.newBuilder()
                                .setCountOnly(true)
                                .setKeysOnly(true)
                                .build())
                        .shape())
                .isEqualTo(Shape.COUNT_ONLY);
    }

    @Test
    void anUnknownSortOrderIsFoundAlsoInsideATransaction() {
        RangeRequest bad = RangeRequest.newBuilder()
                .setKey(ByteString.copyFromUtf8("a"))
                .setSortOrderValue(9)
                .build();
        assertThat(Requests.unreadable(bad)).contains(Refusal.INVALID_SORT_OPTION);
        assertThat(Requests.unreadable(bad.toBuilder().clearKey().build())).contains(Refusal.EMPTY_KEY);
        TxnRequest txn = TxnRequest.newBuilder()
                .addFailure(RequestOp.newBuilder()
                        .setRequestTxn(TxnRequest.newBuilder()
                                .addSuccess(RequestOp.newBuilder().setRequestRange(bad))))
                .build();
        assertThat(Requests.unreadable(txn)).contains(Refusal.INVALID_SORT_OPTION);
    }

    @Test
    void transactionsArriveWithAllTheirKindsOfOperations() {
        ByteString a = ByteString.copyFromUtf8("a");
        Op.Txn txn = Requests.txn(TxnRequest.newBuilder()
                .addCompare(Compare.newBuilder()
                        .setKey(a)
                        .setResult(Compare.CompareResult.NOT_EQUAL)
                        .setTarget(Compare.CompareTarget.LEASE)
                        .setLease(7))
                .addSuccess(RequestOp.getDefaultInstance())
                .addSuccess(RequestOp.newBuilder()
                        .setRequestPut(PutRequest.newBuilder().setKey(a).setLease(3)))
                .addFailure(RequestOp.newBuilder().setRequestTxn(TxnRequest.getDefaultInstance()))
                .build());
        assertThat(txn.compares().getFirst().relation()).isEqualTo(Relation.NOT_EQUAL);
        assertThat(txn.compares().getFirst().operand()).isEqualTo(new Operand.LeaseId(7));
        assertThat(txn.then().getFirst()).isEqualTo(new Op.Missing());
        assertThat(txn.then().get(1)).isEqualTo(new Op.Put(Bytes.utf8("a"), Bytes.EMPTY, 3, false, false, false));
        assertThat(txn.orElse().getFirst()).isInstanceOf(Op.Txn.class);
    }

    @Test
    void bytesAreTheSameHoweverProtobufHoldsThem() {
        ByteString parsed = ByteString.copyFromUtf8("hello");
        assertThat(Requests.bytes(parsed)).isEqualTo(Bytes.utf8("hello"));
        assertThat(Requests.bytes(parsed.substring(1, 3))).isEqualTo(Bytes.utf8("el"));
        ByteString rope = ByteString.copyFrom(new byte[200]).concat(ByteString.copyFrom(new byte[200]));
        assertThat(Requests.bytes(rope)).isEqualTo(Bytes.wrap(new byte[400]));
        assertThat(Requests.bytes(ByteString.EMPTY)).isSameAs(Bytes.EMPTY);
    }
}
