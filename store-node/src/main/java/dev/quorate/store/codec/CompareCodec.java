package dev.quorate.store.codec;

import dev.quorate.proto.etcdserverpb.Compare.CompareResult;
import dev.quorate.proto.etcdserverpb.Compare.CompareTarget;
import dev.quorate.proto.etcdserverpb.CompareOrBuilder;
import dev.quorate.proto.etcdserverpb.TxnRequest;
import dev.quorate.store.state.Compare;
import dev.quorate.store.state.Compare.Operand;
import dev.quorate.store.state.Compare.Relation;

/** Conditions of transactions as etcd's message and back. */
final class CompareCodec {
    private CompareCodec() {}

    static void add(Compare compare, TxnRequest.Builder txn) {
        var request = txn.addCompareBuilder();
        request.setKey(OpCodec.string(compare.range().from()))
                .setRangeEnd(OpCodec.string(compare.range().rangeEnd()))
                .setResult(result(compare.relation()));
        switch (compare.operand()) {
            case Operand.Version operand ->
                request.setTarget(CompareTarget.VERSION).setVersion(operand.version());
            case Operand.CreateRevision operand ->
                request.setTarget(CompareTarget.CREATE).setCreateRevision(operand.revision());
            case Operand.ModRevision operand ->
                request.setTarget(CompareTarget.MOD).setModRevision(operand.revision());
            case Operand.Value operand ->
                request.setTarget(CompareTarget.VALUE).setValue(OpCodec.string(operand.value()));
            case Operand.LeaseId operand ->
                request.setTarget(CompareTarget.LEASE).setLease(operand.id());
        }
    }

    private static CompareResult result(Relation relation) {
        return switch (relation) {
            case EQUAL -> CompareResult.EQUAL;
            case GREATER -> CompareResult.GREATER;
            case LESS -> CompareResult.LESS;
            case NOT_EQUAL -> CompareResult.NOT_EQUAL;
        };
    }

    /** An operand that is missing or of another kind than the target counts as zero or empty. */
    static Compare read(CompareOrBuilder request) {
        Operand operand = switch (request.getTarget()) {
            case VERSION, UNRECOGNIZED -> new Operand.Version(request.getVersion());
            case CREATE -> new Operand.CreateRevision(request.getCreateRevision());
            case MOD -> new Operand.ModRevision(request.getModRevision());
            case VALUE -> new Operand.Value(OpCodec.bytes(request.getValue()));
            case LEASE -> new Operand.LeaseId(request.getLease());
        };
        Relation relation = switch (request.getResult()) {
            case EQUAL, UNRECOGNIZED -> Relation.EQUAL;
            case GREATER -> Relation.GREATER;
            case LESS -> Relation.LESS;
            case NOT_EQUAL -> Relation.NOT_EQUAL;
        };
        return new Compare(OpCodec.range(request.getKey(), request.getRangeEnd()), relation, operand);
    }
}
