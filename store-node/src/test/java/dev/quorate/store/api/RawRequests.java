package dev.quorate.store.api;

import com.google.protobuf.ByteString;
import dev.quorate.proto.etcdserverpb.Compare;
import dev.quorate.proto.etcdserverpb.DeleteRangeRequest;
import dev.quorate.proto.etcdserverpb.PutRequest;
import dev.quorate.proto.etcdserverpb.RangeRequest;
import dev.quorate.proto.etcdserverpb.RequestOp;
import dev.quorate.proto.etcdserverpb.TxnRequest;
import java.util.ArrayList;
import java.util.List;

/** Short names for the requests that {@link RawCalls} sends. */
final class RawRequests {
    private RawRequests() {}

    static ByteString bytes(String text) {
        return ByteString.copyFromUtf8(text);
    }

    static ByteString zero() {
        return ByteString.copyFrom(new byte[1]);
    }

    static PutRequest.Builder put(String key, String value) {
        return PutRequest.newBuilder().setKey(bytes(key)).setValue(bytes(value));
    }

    static RangeRequest.Builder range(String key, String end) {
        return RangeRequest.newBuilder().setKey(bytes(key)).setRangeEnd(bytes(end));
    }

    static DeleteRangeRequest.Builder delete(String key, String end) {
        return DeleteRangeRequest.newBuilder().setKey(bytes(key)).setRangeEnd(bytes(end));
    }

    static Compare version(String key, long version) {
        return Compare.newBuilder().setKey(bytes(key)).setVersion(version).build();
    }

    static RequestOp[] many(int size) {
        List<RequestOp> ops = new ArrayList<>();
        for (int i = 0; i < size; i++) ops.add(op(range("many" + i, "")));
        return ops.toArray(RequestOp[]::new);
    }

    static RequestOp op(PutRequest.Builder put) {
        return RequestOp.newBuilder().setRequestPut(put).build();
    }

    static RequestOp op(RangeRequest.Builder range) {
        return RequestOp.newBuilder().setRequestRange(range).build();
    }

    static RequestOp op(DeleteRangeRequest.Builder delete) {
        return RequestOp.newBuilder().setRequestDeleteRange(delete).build();
    }

    static RequestOp op(TxnRequest.Builder txn) {
        return RequestOp.newBuilder().setRequestTxn(txn).build();
    }

    static TxnRequest success(RequestOp... ops) {
        return TxnRequest.newBuilder().addAllSuccess(List.of(ops)).build();
    }
}
