package dev.quorate.store.differential;

import com.google.protobuf.ByteString;
import dev.quorate.proto.etcdserverpb.CompactionRequest;
import dev.quorate.proto.etcdserverpb.Compare;
import dev.quorate.proto.etcdserverpb.Compare.CompareResult;
import dev.quorate.proto.etcdserverpb.Compare.CompareTarget;
import dev.quorate.proto.etcdserverpb.DeleteRangeRequest;
import dev.quorate.proto.etcdserverpb.HashKVRequest;
import dev.quorate.proto.etcdserverpb.LeaseGrantRequest;
import dev.quorate.proto.etcdserverpb.LeaseKeepAliveRequest;
import dev.quorate.proto.etcdserverpb.LeaseLeasesRequest;
import dev.quorate.proto.etcdserverpb.LeaseRevokeRequest;
import dev.quorate.proto.etcdserverpb.LeaseTimeToLiveRequest;
import dev.quorate.proto.etcdserverpb.PutRequest;
import dev.quorate.proto.etcdserverpb.RangeRequest;
import dev.quorate.proto.etcdserverpb.RangeRequest.SortOrder;
import dev.quorate.proto.etcdserverpb.RangeRequest.SortTarget;
import dev.quorate.proto.etcdserverpb.RequestOp;
import dev.quorate.proto.etcdserverpb.TxnRequest;
import dev.quorate.proto.etcdserverpb.WatchCancelRequest;
import dev.quorate.proto.etcdserverpb.WatchCreateRequest;
import dev.quorate.proto.etcdserverpb.WatchCreateRequest.FilterType;
import dev.quorate.proto.etcdserverpb.WatchRequest;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/** A client that asks for anything the protocol can say, sensible or not, in an order that a seed decides. */
final class RandomSteps {
    private static final int MAX_DEPTH = 3;
    private static final int WATCHES = 12;
    private static final List<ByteString> KEYS = keys();

    private final SplittableRandom random;
    private long revision = 1;
    private long compacted;

    RandomSteps(long seed) {
        random = new SplittableRandom(seed);
    }

    private static List<ByteString> keys() {
        List<ByteString> keys = new ArrayList<>();
        for (String text : List.of("a", "a/", "a/1", "a/2", "b", "b/x", "c", "zz"))
            keys.add(ByteString.copyFromUtf8(text));
        for (int i = 0; i < 12; i++) keys.add(ByteString.copyFromUtf8("k/" + (char) ('a' + i)));
        keys.add(bytes(0));
        keys.add(bytes(0, 0));
        keys.add(bytes(0xff));
        keys.add(bytes('a', 0xff));
        keys.add(bytes('a', '/', 0xff, 0xff));
        return keys;
    }

    private static ByteString bytes(int... numbers) {
        byte[] bytes = new byte[numbers.length];
        for (int i = 0; i < numbers.length; i++) bytes[i] = (byte) numbers[i];
        return ByteString.copyFrom(bytes);
    }

    /** What the last reply said. */
    void learn(long headerRevision) {
        revision = Math.max(revision, headerRevision);
    }

    Step next() {
        int dice = random.nextInt(100);
        if (dice < 28) return new Step.Call(put().build());
        if (dice < 36) return new Step.Call(delete().build());
        if (dice < 60) return new Step.Call(range().build());
        if (dice < 78) return new Step.Call(txn(0).build());
        if (dice < 80) return compaction();
        if (dice < 87) return lease();
        if (dice < 89) return hash();
        if (dice < 97) return watch();
        return new Step.Settle();
    }

    private boolean oneIn(int n) {
        return random.nextInt(n) == 0;
    }

    private ByteString key() {
        return oneIn(60) ? ByteString.EMPTY : KEYS.get(random.nextInt(KEYS.size()));
    }

    private ByteString end(ByteString key) {
        return switch (random.nextInt(9)) {
            case 0, 1, 2 -> ByteString.EMPTY;
            case 3 -> bytes(0);
            case 4, 5 -> prefixEnd(key);
            case 6 -> key;
            default -> key();
        };
    }

    private static ByteString prefixEnd(ByteString key) {
        byte[] end = key.toByteArray();
        for (int i = end.length - 1; i >= 0; i--) {
            if (end[i] == (byte) 0xff) continue;
            end[i]++;
            return ByteString.copyFrom(end, 0, i + 1);
        }
        return bytes(0);
    }

    private ByteString value() {
        int size = oneIn(30) ? 2_000 : random.nextInt(6);
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < size; i++) text.append((char) ('a' + random.nextInt(3)));
        return ByteString.copyFromUtf8(text.toString());
    }

    /** Mostly one that can be read, sometimes one that is gone or not there yet. */
    private long anyRevision() {
        return switch (random.nextInt(12)) {
            case 0 -> -1 - random.nextInt(3);
            case 1 -> revision + 1 + random.nextInt(5);
            case 2 -> compacted + random.nextInt(3) - 1;
            case 3 -> 1;
            default -> compacted + random.nextLong(Math.max(1, revision - compacted + 1));
        };
    }

    private long leaseId() {
        return 1 + random.nextInt(6);
    }

    private PutRequest.Builder put() {
        PutRequest.Builder put = PutRequest.newBuilder().setKey(key()).setValue(value());
        if (oneIn(4)) put.setLease(leaseId());
        if (oneIn(3)) put.setPrevKv(true);
        if (oneIn(10)) put.setIgnoreValue(true);
        if (put.getIgnoreValue() && !oneIn(4)) put.clearValue();
        if (oneIn(10)) put.setIgnoreLease(true);
        if (put.getIgnoreLease() && !oneIn(4)) put.clearLease();
        return put;
    }

    private DeleteRangeRequest.Builder delete() {
        ByteString key = key();
        ByteString end = oneIn(2) ? ByteString.EMPTY : end(key);
        return DeleteRangeRequest.newBuilder().setKey(key).setRangeEnd(end).setPrevKv(oneIn(2));
    }

    /** etcd does not see that a deletion up to the end covers a put beside it, and may crash on it. */
    private DeleteRangeRequest.Builder boundedDelete() {
        DeleteRangeRequest.Builder delete = delete();
        return delete.getRangeEnd().equals(bytes(0)) ? delete.clearRangeEnd() : delete;
    }

    private RangeRequest.Builder range() {
        ByteString key = oneIn(3) ? bytes(0) : key();
        RangeRequest.Builder range = RangeRequest.newBuilder().setKey(key).setRangeEnd(oneIn(3) ? bytes(0) : end(key));
        if (oneIn(3)) range.setRevision(anyRevision());
        if (oneIn(2)) range.setLimit(random.nextInt(7) - 1);
        if (oneIn(3)) range.setSortOrderValue(random.nextInt(SortOrder.values().length - 1));
        if (oneIn(3)) range.setSortTargetValue(random.nextInt(SortTarget.values().length - 1));
        if (oneIn(3)) range.setSerializable(true);
        if (oneIn(5)) range.setKeysOnly(true);
        if (oneIn(8)) range.setCountOnly(true);
        if (oneIn(8)) range.setMinModRevision(anyRevision());
        if (oneIn(8)) range.setMaxModRevision(anyRevision());
        if (oneIn(8)) range.setMinCreateRevision(anyRevision());
        if (oneIn(8)) range.setMaxCreateRevision(anyRevision());
        return range;
    }

    private TxnRequest.Builder txn(int depth) {
        TxnRequest.Builder txn = TxnRequest.newBuilder();
        for (int i = random.nextInt(3); i > 0; i--) txn.addCompare(compare());
        for (int i = random.nextInt(4); i > 0; i--) txn.addSuccess(op(depth));
        for (int i = random.nextInt(4); i > 0; i--) txn.addFailure(op(depth));
        if (depth == 0 && oneIn(80)) for (int i = 0; i < 129; i++) txn.addSuccess(op(MAX_DEPTH));
        return txn;
    }

    private RequestOp.Builder op(int depth) {
        RequestOp.Builder op = RequestOp.newBuilder();
        int dice = random.nextInt(20);
        if (dice < 8) return op.setRequestPut(put());
        if (dice < 11) return op.setRequestDeleteRange(boundedDelete());
        if (dice < 17 || depth >= MAX_DEPTH) return op.setRequestRange(range());
        return oneIn(15) ? op : op.setRequestTxn(txn(depth + 1));
    }

    private Compare.Builder compare() {
        ByteString key = key();
        Compare.Builder compare = Compare.newBuilder()
                .setKey(key)
                .setResultValue(random.nextInt(CompareResult.values().length - 1))
                .setTargetValue(random.nextInt(CompareTarget.values().length - 1));
        if (oneIn(4)) compare.setRangeEnd(end(key));
        long small = random.nextInt(3);
        switch (oneIn(15) ? random.nextInt(6) : compare.getTargetValue()) {
            case 0 -> compare.setVersion(small);
            case 1 -> compare.setCreateRevision(oneIn(3) ? 0 : anyRevision());
            case 2 -> compare.setModRevision(oneIn(3) ? 0 : anyRevision());
            case 3 -> compare.setValue(value());
            case 4 -> compare.setLease(oneIn(2) ? 0 : leaseId());
            default -> compare.clearTargetUnion();
        }
        return compare;
    }

    /**
     * Always physical: the hash of etcd depends on how far a compaction has come. Never to 0, which both accept:
     * afterwards etcd answers every question for the newest hash with the one of nothing.
     */
    private Step compaction() {
        long to = oneIn(4) ? anyRevision() : compacted + random.nextLong(Math.max(1, revision - compacted + 1));
        if (to == 0) to = revision + 1;
        compacted = Math.max(compacted, to);
        return new Step.Call(
                CompactionRequest.newBuilder().setRevision(to).setPhysical(true).build());
    }

    /** Not at or below a compaction: there etcd answers from memory what it hashed while it compacted. */
    private Step hash() {
        long at = oneIn(2) ? 0 : anyRevision();
        return new Step.Call(
                HashKVRequest.newBuilder().setRevision(at > compacted ? at : 0).build());
    }

    private Step lease() {
        return new Step.Call(
                switch (random.nextInt(8)) {
                    case 0, 1, 2 ->
                        LeaseGrantRequest.newBuilder()
                                .setID(leaseId())
                                .setTTL(oneIn(10) ? 9_000_000_001L : 5_000 + random.nextInt(1_000))
                                .build();
                    case 3 -> LeaseRevokeRequest.newBuilder().setID(leaseId()).build();
                    case 4, 5 ->
                        LeaseTimeToLiveRequest.newBuilder()
                                .setID(leaseId())
                                .setKeys(oneIn(2))
                                .build();
                    case 6 ->
                        LeaseKeepAliveRequest.newBuilder().setID(leaseId()).build();
                    default -> LeaseLeasesRequest.getDefaultInstance();
                });
    }

    private Step watch() {
        long id = 1 + random.nextInt(WATCHES);
        if (oneIn(3))
            return new Step.Watching(WatchRequest.newBuilder()
                    .setCancelRequest(WatchCancelRequest.newBuilder().setWatchId(id))
                    .build());
        ByteString key = key();
        WatchCreateRequest.Builder create = WatchCreateRequest.newBuilder()
                .setKey(key)
                .setRangeEnd(end(key))
                .setWatchId(id)
                .setPrevKv(oneIn(2))
                .setFragment(oneIn(4))
                .setProgressNotify(oneIn(4));
        if (oneIn(2)) create.setStartRevision(oneIn(10) ? -1 : Math.min(anyRevision(), revision + 2));
        if (oneIn(8)) create.addFilters(FilterType.NOPUT);
        if (oneIn(8)) create.addFilters(FilterType.NODELETE);
        return new Step.Watching(
                WatchRequest.newBuilder().setCreateRequest(create).build());
    }
}
