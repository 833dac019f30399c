package dev.quorate.store.api.wire;

import com.google.protobuf.ByteOutput;
import com.google.protobuf.ByteString;
import com.google.protobuf.UnsafeByteOperations;
import dev.quorate.proto.etcdserverpb.CompactionRequest;
import dev.quorate.proto.etcdserverpb.Compare.CompareResult;
import dev.quorate.proto.etcdserverpb.Compare.CompareTarget;
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
import dev.quorate.store.mvcc.RangeQuery.Filters;
import dev.quorate.store.mvcc.RangeQuery.Order;
import dev.quorate.store.mvcc.RangeQuery.Shape;
import dev.quorate.store.mvcc.RangeQuery.Sort;
import dev.quorate.store.mvcc.RangeQuery.Target;
import dev.quorate.store.state.Command;
import dev.quorate.store.state.Compare;
import dev.quorate.store.state.Compare.Operand;
import dev.quorate.store.state.Compare.Relation;
import dev.quorate.store.state.Op;
import dev.quorate.store.state.Refusal;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** From protobuf to our commands and questions. */
public final class Requests {
    private Requests() {}

    /** What cannot be translated at all; to be asked before the translation. */
    public static Optional<Refusal> unreadable(RangeRequest request) {
        boolean known =
                request.getSortOrder() != SortOrder.UNRECOGNIZED && request.getSortTarget() != SortTarget.UNRECOGNIZED;
        if (known) return Optional.empty();
        return Optional.of(request.getKey().isEmpty() ? Refusal.EMPTY_KEY : Refusal.INVALID_SORT_OPTION);
    }

    public static Optional<Refusal> unreadable(TxnRequest request) {
        for (var compare : request.getCompareList()) {
            if (compare.getResult() == CompareResult.UNRECOGNIZED || compare.getTarget() == CompareTarget.UNRECOGNIZED)
                return Optional.of(Refusal.UNKNOWN_COMMAND);
        }
        Optional<Refusal> refusal = unreadable(request.getSuccessList());
        return refusal.isPresent() ? refusal : unreadable(request.getFailureList());
    }

    private static Optional<Refusal> unreadable(List<RequestOp> ops) {
        for (RequestOp op : ops) {
            Optional<Refusal> refusal = switch (op.getRequestCase()) {
                case REQUEST_RANGE -> unreadable(op.getRequestRange());
                case REQUEST_TXN -> unreadable(op.getRequestTxn());
                case REQUEST_PUT, REQUEST_DELETE_RANGE, REQUEST_NOT_SET -> Optional.empty();
            };
            if (refusal.isPresent()) return refusal;
        }
        return Optional.empty();
    }

    public static RangeQuery range(RangeRequest request) {
        return new RangeQuery(
                range(request.getKey(), request.getRangeEnd()),
                request.getRevision(),
                request.getLimit(),
                sort(request),
                filters(request),
                request.getCountOnly() ? Shape.COUNT_ONLY : request.getKeysOnly() ? Shape.KEYS_ONLY : Shape.FULL);
    }

    private static Sort sort(RangeRequest request) {
        if (request.getSortOrder() == SortOrder.NONE && request.getSortTarget() == SortTarget.KEY) return Sort.DEFAULT;
        Order order = switch (request.getSortOrder()) {
            case NONE, UNRECOGNIZED -> Order.NONE;
            case ASCEND -> Order.ASCEND;
            case DESCEND -> Order.DESCEND;
        };
        Target target = switch (request.getSortTarget()) {
            case KEY, UNRECOGNIZED -> Target.KEY;
            case VERSION -> Target.VERSION;
            case CREATE -> Target.CREATE;
            case MOD -> Target.MOD;
            case VALUE -> Target.VALUE;
        };
        return new Sort(order, target);
    }

    private static Filters filters(RangeRequest request) {
        Filters filters = new Filters(
                request.getMinModRevision(),
                request.getMaxModRevision(),
                request.getMinCreateRevision(),
                request.getMaxCreateRevision());
        return filters.equals(Filters.NONE) ? Filters.NONE : filters;
    }

    public static Op.Put put(PutRequest request) {
        return new Op.Put(
                bytes(request.getKey()),
                bytes(request.getValue()),
                request.getLease(),
                request.getPrevKv(),
                request.getIgnoreValue(),
                request.getIgnoreLease());
    }

    public static Op.DeleteRange delete(DeleteRangeRequest request) {
        return new Op.DeleteRange(range(request.getKey(), request.getRangeEnd()), request.getPrevKv());
    }

    public static Op.Txn txn(TxnRequest request) {
        return new Op.Txn(compares(request), ops(request.getSuccessList()), ops(request.getFailureList()));
    }

    private static List<Compare> compares(TxnRequest request) {
        List<Compare> compares = new ArrayList<>(request.getCompareCount());
        for (var compare : request.getCompareList()) {
            Operand operand = switch (compare.getTarget()) {
                case VERSION, UNRECOGNIZED -> new Operand.Version(compare.getVersion());
                case CREATE -> new Operand.CreateRevision(compare.getCreateRevision());
                case MOD -> new Operand.ModRevision(compare.getModRevision());
                case VALUE -> new Operand.Value(bytes(compare.getValue()));
                case LEASE -> new Operand.LeaseId(compare.getLease());
            };
            KeyRange range = range(compare.getKey(), compare.getRangeEnd());
            compares.add(new Compare(range, relation(compare.getResult()), operand));
        }
        return compares;
    }

    private static Relation relation(CompareResult result) {
        return switch (result) {
            case EQUAL, UNRECOGNIZED -> Relation.EQUAL;
            case GREATER -> Relation.GREATER;
            case LESS -> Relation.LESS;
            case NOT_EQUAL -> Relation.NOT_EQUAL;
        };
    }

    private static List<Op> ops(List<RequestOp> requests) {
        List<Op> ops = new ArrayList<>(requests.size());
        for (RequestOp request : requests) {
            ops.add(
                    switch (request.getRequestCase()) {
                        case REQUEST_RANGE -> new Op.Range(range(request.getRequestRange()));
                        case REQUEST_PUT -> put(request.getRequestPut());
                        case REQUEST_DELETE_RANGE -> delete(request.getRequestDeleteRange());
                        case REQUEST_TXN -> txn(request.getRequestTxn());
                        case REQUEST_NOT_SET -> new Op.Missing();
                    });
        }
        return ops;
    }

    public static Command.Compact compact(CompactionRequest request) {
        return new Command.Compact(request.getRevision(), request.getPhysical());
    }

    public static KeyRange range(ByteString key, ByteString rangeEnd) {
        return KeyRange.of(bytes(key), bytes(rangeEnd));
    }

    /** The bytes without a copy where protobuf holds them in an array of their own, which is the rule. */
    public static Bytes bytes(ByteString string) {
        if (string.isEmpty()) return Bytes.EMPTY;
        Unwrapping unwrapping = new Unwrapping(string.size());
        try {
            UnsafeByteOperations.unsafeWriteTo(string, unwrapping);
        } catch (IOException impossible) {
            throw new UncheckedIOException(impossible);
        }
        return Bytes.wrap(unwrapping.array);
    }

    private static final class Unwrapping extends ByteOutput {
        private final int size;
        private byte[] array = new byte[0];
        private int filled;

        Unwrapping(int size) {
            this.size = size;
        }

        @Override
        public void writeLazy(byte[] value, int offset, int length) {
            if (offset == 0 && length == size && value.length == size) array = value;
            else write(value, offset, length);
        }

        @Override
        public void write(byte[] value, int offset, int length) {
            make();
            System.arraycopy(value, offset, array, filled, length);
            filled += length;
        }

        @Override
        public void write(byte value) {
            make();
            array[filled++] = value;
        }

        @Override
        public void write(ByteBuffer value) {
            make();
            int length = value.remaining();
            value.get(array, filled, length);
            filled += length;
        }

        @Override
        public void writeLazy(ByteBuffer value) {
            write(value);
        }

        private void make() {
            if (array.length != size) array = new byte[size];
        }
    }
}
