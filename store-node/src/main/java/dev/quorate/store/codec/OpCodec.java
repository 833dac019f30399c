package dev.quorate.store.codec;

import com.google.protobuf.ByteString;
import com.google.protobuf.UnsafeByteOperations;
import dev.quorate.proto.etcdserverpb.DeleteRangeRequest;
import dev.quorate.proto.etcdserverpb.PutRequest;
import dev.quorate.proto.etcdserverpb.RangeRequest;
import dev.quorate.proto.etcdserverpb.RangeRequest.SortOrder;
import dev.quorate.proto.etcdserverpb.RangeRequest.SortTarget;
import dev.quorate.proto.etcdserverpb.RequestOp;
import dev.quorate.proto.etcdserverpb.TxnRequest;
import dev.quorate.store.Bytes;
import dev.quorate.store.mvcc.KeyRange;
import dev.quorate.store.mvcc.RangeQuery;
import dev.quorate.store.state.Compare;
import dev.quorate.store.state.Op;
import java.util.ArrayList;
import java.util.List;

/** Operations on keys as etcd's request messages and back. */
final class OpCodec {
    private OpCodec() {}

    static PutRequest put(Op.Put put) {
        return PutRequest.newBuilder()
                .setKey(string(put.key()))
                .setValue(string(put.value()))
                .setLease(put.lease())
                .setPrevKv(put.wantsPrevious())
                .setIgnoreValue(put.keepsValue())
                .setIgnoreLease(put.keepsLease())
                .build();
    }

    static Op.Put put(PutRequest request) {
        return new Op.Put(
                bytes(request.getKey()),
                bytes(request.getValue()),
                request.getLease(),
                request.getPrevKv(),
                request.getIgnoreValue(),
                request.getIgnoreLease());
    }

    static DeleteRangeRequest delete(Op.DeleteRange delete) {
        return DeleteRangeRequest.newBuilder()
                .setKey(string(delete.range().from()))
                .setRangeEnd(string(delete.range().rangeEnd()))
                .setPrevKv(delete.wantsPrevious())
                .build();
    }

    static Op.DeleteRange delete(DeleteRangeRequest request) {
        return new Op.DeleteRange(range(request.getKey(), request.getRangeEnd()), request.getPrevKv());
    }

    static TxnRequest txn(Op.Txn txn) {
        TxnRequest.Builder request = TxnRequest.newBuilder();
        for (Compare compare : txn.compares()) CompareCodec.add(compare, request);
        for (Op op : txn.then()) request.addSuccess(op(op));
        for (Op op : txn.orElse()) request.addFailure(op(op));
        return request.build();
    }

    static Op.Txn txn(TxnRequest request) {
        List<Compare> compares = new ArrayList<>(request.getCompareCount());
        for (int i = 0; i < request.getCompareCount(); i++) compares.add(CompareCodec.read(request.getCompare(i)));
        return new Op.Txn(compares, ops(request.getSuccessList()), ops(request.getFailureList()));
    }

    private static List<Op> ops(List<RequestOp> requests) {
        List<Op> ops = new ArrayList<>(requests.size());
        for (RequestOp request : requests) ops.add(op(request));
        return ops;
    }

    private static RequestOp op(Op op) {
        RequestOp.Builder request = RequestOp.newBuilder();
        switch (op) {
            case Op.Range range -> request.setRequestRange(range(range.query()));
            case Op.Put put -> request.setRequestPut(put(put));
            case Op.DeleteRange delete -> request.setRequestDeleteRange(delete(delete));
            case Op.Txn txn -> request.setRequestTxn(txn(txn));
            case Op.Missing missing -> {}
        }
        return request.build();
    }

    private static Op op(RequestOp request) {
        return switch (request.getRequestCase()) {
            case REQUEST_RANGE -> new Op.Range(range(request.getRequestRange()));
            case REQUEST_PUT -> put(request.getRequestPut());
            case REQUEST_DELETE_RANGE -> delete(request.getRequestDeleteRange());
            case REQUEST_TXN -> txn(request.getRequestTxn());
            case REQUEST_NOT_SET -> new Op.Missing();
        };
    }

    private static RangeRequest range(RangeQuery query) {
        return RangeRequest.newBuilder()
                .setKey(string(query.range().from()))
                .setRangeEnd(string(query.range().rangeEnd()))
                .setLimit(query.limit())
                .setRevision(query.revision())
                .setSortOrder(order(query.sort().order()))
                .setSortTarget(target(query.sort().target()))
                .setKeysOnly(query.shape() == RangeQuery.Shape.KEYS_ONLY)
                .setCountOnly(query.shape() == RangeQuery.Shape.COUNT_ONLY)
                .setMinModRevision(query.filters().minMod())
                .setMaxModRevision(query.filters().maxMod())
                .setMinCreateRevision(query.filters().minCreate())
                .setMaxCreateRevision(query.filters().maxCreate())
                .build();
    }

    private static RangeQuery range(RangeRequest request) {
        return new RangeQuery(
                range(request.getKey(), request.getRangeEnd()),
                request.getRevision(),
                request.getLimit(),
                new RangeQuery.Sort(order(request), target(request)),
                new RangeQuery.Filters(
                        request.getMinModRevision(),
                        request.getMaxModRevision(),
                        request.getMinCreateRevision(),
                        request.getMaxCreateRevision()),
                shape(request));
    }

    private static RangeQuery.Shape shape(RangeRequest request) {
        if (request.getCountOnly()) return RangeQuery.Shape.COUNT_ONLY;
        return request.getKeysOnly() ? RangeQuery.Shape.KEYS_ONLY : RangeQuery.Shape.FULL;
    }

    /** Numbers outside the enumeration are refused before they are proposed; here they only must not differ. */
    private static RangeQuery.Order order(RangeRequest request) {
        return switch (request.getSortOrder()) {
            case NONE, UNRECOGNIZED -> RangeQuery.Order.NONE;
            case ASCEND -> RangeQuery.Order.ASCEND;
            case DESCEND -> RangeQuery.Order.DESCEND;
        };
    }

    private static SortOrder order(RangeQuery.Order order) {
        return switch (order) {
            case NONE -> SortOrder.NONE;
            case ASCEND -> SortOrder.ASCEND;
            case DESCEND -> SortOrder.DESCEND;
        };
    }

    private static SortTarget target(RangeQuery.Target target) {
        return switch (target) {
            case KEY -> SortTarget.KEY;
            case VERSION -> SortTarget.VERSION;
            case CREATE -> SortTarget.CREATE;
            case MOD -> SortTarget.MOD;
            case VALUE -> SortTarget.VALUE;
        };
    }

    private static RangeQuery.Target target(RangeRequest request) {
        return switch (request.getSortTarget()) {
            case KEY, UNRECOGNIZED -> RangeQuery.Target.KEY;
            case VERSION -> RangeQuery.Target.VERSION;
            case CREATE -> RangeQuery.Target.CREATE;
            case MOD -> RangeQuery.Target.MOD;
            case VALUE -> RangeQuery.Target.VALUE;
        };
    }

    static KeyRange range(ByteString key, ByteString rangeEnd) {
        return KeyRange.of(bytes(key), bytes(rangeEnd));
    }

    static Bytes bytes(ByteString string) {
        return Bytes.wrap(string.toByteArray());
    }

    static ByteString string(Bytes bytes) {
        return UnsafeByteOperations.unsafeWrap(bytes.shared());
    }
}
