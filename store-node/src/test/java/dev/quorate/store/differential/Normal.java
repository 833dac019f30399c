package dev.quorate.store.differential;

import com.google.protobuf.ByteString;
import com.google.protobuf.Message;
import com.google.protobuf.TextFormat;
import dev.quorate.proto.etcdserverpb.HashKVResponse;
import dev.quorate.proto.etcdserverpb.LeaseLeasesResponse;
import dev.quorate.proto.etcdserverpb.LeaseTimeToLiveResponse;
import dev.quorate.proto.etcdserverpb.RangeRequest;
import dev.quorate.proto.etcdserverpb.RangeRequest.SortOrder;
import dev.quorate.proto.etcdserverpb.RangeRequest.SortTarget;
import dev.quorate.proto.etcdserverpb.RangeResponse;
import dev.quorate.proto.etcdserverpb.RequestOp;
import dev.quorate.proto.etcdserverpb.ResponseOp;
import dev.quorate.proto.etcdserverpb.TxnRequest;
import dev.quorate.proto.etcdserverpb.TxnResponse;
import dev.quorate.proto.mvccpb.KeyValue;
import io.grpc.Status;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/** Replies without what may rightly differ between two servers: each mask has its reason. */
public final class Normal {
    private Normal() {}

    static String form(Message request, Message reply) {
        Message normal = switch (reply) {
            case RangeResponse range -> range((RangeRequest) request, range);
            case TxnResponse txn -> txn((TxnRequest) request, txn);
            case LeaseTimeToLiveResponse life -> life(life);
            case LeaseLeasesResponse leases -> leases(leases);
            // A field that etcd 3.5 does not have.
            case HashKVResponse hash -> hash.toBuilder().clearHashRevision().build();
            default -> reply;
        };
        return text(normal);
    }

    /** Ids of members and clusters and the term are each server's own. */
    public static String text(Message message) {
        return TextFormat.printer()
                .emittingSingleLine(true)
                .printToString(message)
                .replaceAll("(?:cluster_id|member_id|raft_term): \\d+ ?", "");
    }

    /** Since 3.6 the operations of a transaction are checked in their order, before that the puts came first. */
    static String refusal(Message request, Status status) {
        String text = status.getCode() + " " + status.getDescription();
        boolean found = text.endsWith("key not found")
                || text.endsWith("requested lease not found")
                || text.endsWith("required revision has been compacted")
                || text.endsWith("required revision is a future revision");
        return request instanceof TxnRequest && found ? "refused by what it found" : text;
    }

    static String oneLine(String text) {
        return text.replaceAll("\\s+", " ");
    }

    private static RangeResponse range(RangeRequest request, RangeResponse reply) {
        List<KeyValue> kvs = new ArrayList<>(reply.getKvsList());
        // Since 3.7 an answer without values comes from the index, which knows no leases.
        if (request.getKeysOnly())
            kvs.replaceAll(kv -> kv.toBuilder().clearLease().build());
        if (hasTies(request)) {
            // Go's sort is not stable: the order among equals is nobody's promise, nor who of them is cut off.
            if (reply.getMore()) kvs.replaceAll(kv -> sortedField(request, kv));
            else kvs.sort(Comparator.comparing(KeyValue::getKey, ByteString.unsignedLexicographicalComparator()));
        }
        return reply.toBuilder().clearKvs().addAllKvs(kvs).build();
    }

    private static boolean hasTies(RangeRequest request) {
        return request.getSortTarget() != SortTarget.KEY
                && (request.getSortOrder() != SortOrder.NONE || request.getSortTarget() != SortTarget.KEY);
    }

    private static KeyValue sortedField(RangeRequest request, KeyValue kv) {
        return switch (request.getSortTarget()) {
            case VERSION -> KeyValue.newBuilder().setVersion(kv.getVersion()).build();
            case CREATE ->
                KeyValue.newBuilder().setCreateRevision(kv.getCreateRevision()).build();
            case MOD ->
                KeyValue.newBuilder().setModRevision(kv.getModRevision()).build();
            case VALUE -> KeyValue.newBuilder().setValue(kv.getValue()).build();
            case KEY, UNRECOGNIZED -> kv;
        };
    }

    private static TxnResponse txn(TxnRequest request, TxnResponse reply) {
        TxnResponse.Builder normal = reply.toBuilder().clearResponses();
        List<RequestOp> ops = reply.getSucceeded() ? request.getSuccessList() : request.getFailureList();
        for (int i = 0; i < reply.getResponsesCount(); i++) {
            ResponseOp response = reply.getResponses(i);
            RequestOp op = ops.get(i);
            if (response.hasResponseRange())
                response = ResponseOp.newBuilder()
                        .setResponseRange(range(op.getRequestRange(), response.getResponseRange()))
                        .build();
            else if (response.hasResponseTxn())
                response = ResponseOp.newBuilder()
                        .setResponseTxn(txn(op.getRequestTxn(), response.getResponseTxn()))
                        .build();
            normal.addResponses(response);
        }
        return normal.build();
    }

    /** The seconds that are left pass; the keys of a lease come from a hash table. */
    private static LeaseTimeToLiveResponse life(LeaseTimeToLiveResponse reply) {
        List<ByteString> keys = new ArrayList<>(reply.getKeysList());
        keys.sort(ByteString.unsignedLexicographicalComparator());
        long left = reply.getTTL() > 0 ? 1 : reply.getTTL();
        return reply.toBuilder().setTTL(left).clearKeys().addAllKeys(keys).build();
    }

    /** In the order in which they end, which depends on the clock. */
    private static LeaseLeasesResponse leases(LeaseLeasesResponse reply) {
        LeaseLeasesResponse.Builder normal = reply.toBuilder().clearLeases();
        reply.getLeasesList().stream()
                .sorted(Comparator.comparingLong(lease -> lease.getID()))
                .forEach(normal::addLeases);
        return normal.build();
    }
}
