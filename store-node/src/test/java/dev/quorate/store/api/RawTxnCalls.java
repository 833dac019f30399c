package dev.quorate.store.api;

import static dev.quorate.store.api.RawRequests.bytes;
import static dev.quorate.store.api.RawRequests.delete;
import static dev.quorate.store.api.RawRequests.many;
import static dev.quorate.store.api.RawRequests.op;
import static dev.quorate.store.api.RawRequests.put;
import static dev.quorate.store.api.RawRequests.range;
import static dev.quorate.store.api.RawRequests.success;
import static dev.quorate.store.api.RawRequests.version;

import com.google.protobuf.Message;
import dev.quorate.proto.etcdserverpb.CompactionRequest;
import dev.quorate.proto.etcdserverpb.Compare;
import dev.quorate.proto.etcdserverpb.PutRequest;
import dev.quorate.proto.etcdserverpb.RequestOp;
import dev.quorate.proto.etcdserverpb.TxnRequest;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

/** The part of {@link RawCalls} about transactions and compactions. */
final class RawTxnCalls {
    private final RawCalls.Stubs stubs;
    private final Map<String, Supplier<Message>> calls;

    RawTxnCalls(RawCalls.Stubs stubs, Map<String, Supplier<Message>> calls) {
        this.stubs = stubs;
        this.calls = calls;
    }

    void add() {
        transactions();
        duplicates();
        compares();
        compactions();
    }

    private void transactions() {
        calls.put("transaction without anything", () -> stubs.kv().txn(TxnRequest.getDefaultInstance()));
        calls.put(
                "transaction with an empty operation",
                () -> stubs.kv()
                        .txn(TxnRequest.newBuilder()
                                .addSuccess(RequestOp.getDefaultInstance())
                                .build()));
        calls.put(
                "compare without a key",
                () -> stubs.kv()
                        .txn(TxnRequest.newBuilder()
                                .addCompare(Compare.getDefaultInstance())
                                .build()));
        calls.put("put without a key inside", () -> stubs.kv().txn(success(op(PutRequest.newBuilder()))));
        calls.put(
                "future inside", () -> stubs.kv().txn(success(op(range("a", "").setRevision(1_000_000)))));
        calls.put(
                "future inside a writing one",
                () -> stubs.kv()
                        .txn(success(op(put("w", "1")), op(range("a", "").setRevision(1_000_000)))));
        calls.put("it changed nothing", () -> stubs.kv().range(range("w", "").build()));
        calls.put(
                "unknown lease inside",
                () -> stubs.kv().txn(success(op(put("w", "1")), op(put("v", "1").setLease(9)))));
    }

    private void duplicates() {
        calls.put("the same key twice", () -> stubs.kv().txn(success(op(put("w", "1")), op(put("w", "2")))));
        calls.put("put and delete", () -> stubs.kv().txn(success(op(put("w", "1")), op(delete("w", "")))));
        calls.put("put and delete of a range", () -> stubs.kv().txn(success(op(delete("v", "x")), op(put("w", "1")))));
        calls.put("put and an empty delete", () -> stubs.kv().txn(success(op(delete("x", "v")), op(put("w", "1")))));
        calls.put("two deletes", () -> stubs.kv().txn(success(op(delete("w", "")), op(delete("v", "x")))));
        calls.put(
                "twice in nested branches",
                () -> stubs.kv()
                        .txn(success(op(TxnRequest.newBuilder()
                                .addSuccess(op(put("n", "1")))
                                .addFailure(op(put("n", "2")))))));
        calls.put(
                "twice across a nested one",
                () -> stubs.kv()
                        .txn(success(
                                op(put("n", "1")), op(TxnRequest.newBuilder().addFailure(op(put("n", "2")))))));
        calls.put(
                "delete around a nested put",
                () -> stubs.kv()
                        .txn(success(
                                op(delete("m", "o")), op(TxnRequest.newBuilder().addSuccess(op(put("n", "2")))))));
        calls.put(
                "nested with reads of its own writes",
                () -> stubs.kv()
                        .txn(success(
                                op(put("n", "3").setPrevKv(true)),
                                op(range("n", "")),
                                op(TxnRequest.newBuilder()
                                        .addCompare(version("n", 1))
                                        .addSuccess(op(range("n", "")))
                                        .addSuccess(op(put("o", "1")))
                                        .addFailure(op(delete("n", "").setPrevKv(true)))),
                                op(range("n", "p")))));
        for (int size : List.of(128, 129))
            calls.put(size + " operations", () -> stubs.kv().txn(success(many(size))));
        calls.put(
                "129 compares",
                () -> stubs.kv()
                        .txn(TxnRequest.newBuilder()
                                .addAllCompare(Collections.nCopies(129, version("n", 1)))
                                .build()));
        calls.put(
                "a nested one gets what is left",
                () -> stubs.kv()
                        .txn(TxnRequest.newBuilder()
                                .addAllSuccess(List.of(many(100)))
                                .addSuccess(op(TxnRequest.newBuilder().addAllSuccess(List.of(many(60)))))
                                .build()));
    }

    private void compares() {
        calls.put("a key to compare with", () -> stubs.kv().put(put("cmp", "5").build()));
        for (Compare.CompareTarget target : Compare.CompareTarget.values()) {
            if (target == Compare.CompareTarget.UNRECOGNIZED) continue;
            for (Compare.CompareResult result : Compare.CompareResult.values()) {
                if (result == Compare.CompareResult.UNRECOGNIZED) continue;
                for (String key : List.of("cmp", "nothing")) {
                    Compare.Builder compare = Compare.newBuilder()
                            .setTarget(target)
                            .setResult(result)
                            .setKey(bytes(key));
                    calls.put(
                            key + " " + target + " " + result + " without a value",
                            () -> stubs.kv()
                                    .txn(TxnRequest.newBuilder()
                                            .addCompare(compare)
                                            .build()));
                    calls.put(
                            key + " " + target + " " + result + " over a range",
                            () -> stubs.kv()
                                    .txn(TxnRequest.newBuilder()
                                            .addCompare(compare.clone().setRangeEnd(bytes("zzz")))
                                            .build()));
                }
            }
        }
    }

    private void compactions() {
        calls.put(
                "compact everything",
                () -> stubs.kv()
                        .compact(CompactionRequest.newBuilder()
                                .setRevision(9)
                                .setPhysical(true)
                                .build()));
        calls.put(
                "compact again",
                () -> stubs.kv()
                        .compact(CompactionRequest.newBuilder().setRevision(9).build()));
        calls.put("compact 0", () -> stubs.kv().compact(CompactionRequest.getDefaultInstance()));
        calls.put(
                "compact the future",
                () -> stubs.kv()
                        .compact(CompactionRequest.newBuilder()
                                .setRevision(1_000_000)
                                .build()));
        calls.put(
                "read what was compacted",
                () -> stubs.kv().range(range("a", "").setRevision(8).build()));
        calls.put(
                "the same in a transaction",
                () -> stubs.kv().txn(success(op(range("a", "").setRevision(8)))));
        calls.put(
                "read at the compacted revision",
                () -> stubs.kv().range(range("a", "z").setRevision(9).build()));
    }
}
