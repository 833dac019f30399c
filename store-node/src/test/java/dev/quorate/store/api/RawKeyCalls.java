package dev.quorate.store.api;

import static dev.quorate.store.api.RawRequests.bytes;
import static dev.quorate.store.api.RawRequests.put;
import static dev.quorate.store.api.RawRequests.range;
import static dev.quorate.store.api.RawRequests.zero;

import com.google.protobuf.ByteString;
import com.google.protobuf.Message;
import dev.quorate.proto.etcdserverpb.DeleteRangeRequest;
import dev.quorate.proto.etcdserverpb.PutRequest;
import dev.quorate.proto.etcdserverpb.RangeRequest;
import dev.quorate.proto.etcdserverpb.RangeRequest.SortOrder;
import dev.quorate.proto.etcdserverpb.RangeRequest.SortTarget;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

/** The part of {@link RawCalls} about single operations on keys. */
final class RawKeyCalls {
    private final RawCalls.Stubs stubs;
    private final Map<String, Supplier<Message>> calls;

    RawKeyCalls(RawCalls.Stubs stubs, Map<String, Supplier<Message>> calls) {
        this.stubs = stubs;
        this.calls = calls;
    }

    void add() {
        puts();
        ranges();
        oddRanges();
    }

    private void puts() {
        calls.put("put without a key", () -> stubs.kv().put(PutRequest.getDefaultInstance()));
        calls.put("put", () -> stubs.kv().put(put("a", "1").build()));
        calls.put(
                "put with previous",
                () -> stubs.kv().put(put("a", "2").setPrevKv(true).build()));
        calls.put(
                "put ignoring a value that is given",
                () -> stubs.kv().put(put("a", "2").setIgnoreValue(true).build()));
        calls.put(
                "put ignoring a lease that is given",
                () -> stubs.kv()
                        .put(put("a", "2").setIgnoreLease(true).setLease(9).build()));
        calls.put(
                "put ignoring the value of nothing",
                () -> stubs.kv().put(put("none", "").setIgnoreValue(true).build()));
        calls.put(
                "put ignoring the lease of nothing",
                () -> stubs.kv().put(put("none", "x").setIgnoreLease(true).build()));
        calls.put(
                "put ignoring both",
                () -> stubs.kv()
                        .put(put("a", "")
                                .setIgnoreLease(true)
                                .setIgnoreValue(true)
                                .build()));
        calls.put(
                "put with an unknown lease",
                () -> stubs.kv().put(put("a", "2").setLease(9).build()));
        calls.put(
                "put that is too large",
                () -> stubs.kv()
                        .put(PutRequest.newBuilder()
                                .setKey(bytes("big"))
                                .setValue(ByteString.copyFrom(new byte[1_572_864]))
                                .build()));
        calls.put(
                "put beyond the message limit",
                () -> stubs.kv()
                        .put(PutRequest.newBuilder()
                                .setKey(bytes("big"))
                                .setValue(ByteString.copyFrom(new byte[3_000_000]))
                                .build()));
        calls.put(
                "put just below the limit",
                () -> stubs.kv()
                        .put(PutRequest.newBuilder()
                                .setKey(bytes("big"))
                                .setValue(ByteString.copyFrom(new byte[1_572_864 - 200]))
                                .build()));
        calls.put(
                "delete it",
                () -> stubs.kv()
                        .deleteRange(DeleteRangeRequest.newBuilder()
                                .setKey(bytes("big"))
                                .build()));
    }

    private void ranges() {
        calls.put("range without a key", () -> stubs.kv().range(RangeRequest.getDefaultInstance()));
        // Values outside the enums are no part of this: etcd 3.5 crashes on them.
        for (SortOrder order : List.of(SortOrder.NONE, SortOrder.ASCEND, SortOrder.DESCEND)) {
            for (SortTarget target : SortTarget.values()) {
                if (target == SortTarget.UNRECOGNIZED) continue;
                calls.put(
                        "range sorted " + order + " by " + target,
                        () -> stubs.kv()
                                .range(range("", "")
                                        .setKey(zero())
                                        .setRangeEnd(zero())
                                        .setSortOrder(order)
                                        .setSortTarget(target)
                                        .setLimit(1)
                                        .build()));
            }
        }
    }

    private void oddRanges() {
        for (boolean serializable : List.of(false, true)) {
            calls.put(
                    "range in the future " + serializable,
                    () -> stubs.kv()
                            .range(range("a", "")
                                    .setRevision(1_000_000)
                                    .setSerializable(serializable)
                                    .build()));
            calls.put(
                    "range at a negative revision " + serializable,
                    () -> stubs.kv()
                            .range(range("a", "")
                                    .setRevision(-1)
                                    .setSerializable(serializable)
                                    .build()));
            calls.put(
                    "range backwards " + serializable,
                    () -> stubs.kv()
                            .range(range("b", "a").setSerializable(serializable).build()));
        }
        calls.put(
                "range with a negative limit",
                () -> stubs.kv().range(range("a", "z").setLimit(-1).build()));
        calls.put(
                "range by bounds of revisions",
                () -> stubs.kv()
                        .range(range("a", "z")
                                .setMinModRevision(3)
                                .setMaxModRevision(9)
                                .setMinCreateRevision(1)
                                .setMaxCreateRevision(9)
                                .build()));
        calls.put(
                "count only with a limit",
                () -> stubs.kv()
                        .range(range("a", "z").setCountOnly(true).setLimit(1).build()));
        calls.put(
                "range at once count only and keys only",
                () -> stubs.kv()
                        .range(range("a", "z")
                                .setCountOnly(true)
                                .setKeysOnly(true)
                                .build()));
        calls.put("delete without a key", () -> stubs.kv().deleteRange(DeleteRangeRequest.getDefaultInstance()));
        calls.put(
                "delete backwards",
                () -> stubs.kv()
                        .deleteRange(DeleteRangeRequest.newBuilder()
                                .setKey(bytes("b"))
                                .setRangeEnd(bytes("a"))
                                .build()));
        calls.put(
                "delete with previous",
                () -> stubs.kv()
                        .deleteRange(DeleteRangeRequest.newBuilder()
                                .setKey(bytes("a"))
                                .setPrevKv(true)
                                .build()));
    }
}
