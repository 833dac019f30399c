package dev.quorate.e2e.bench;

import com.google.protobuf.ByteString;
import dev.quorate.proto.etcdserverpb.CompactionRequest;
import dev.quorate.proto.etcdserverpb.KVGrpc;
import dev.quorate.proto.etcdserverpb.RangeRequest;
import io.grpc.ManagedChannel;

/** The two calls about revisions that the load needs. */
final class Revisions {
    private Revisions() {}

    static long current(ManagedChannel channel) {
        return KVGrpc.newBlockingStub(channel)
                .range(RangeRequest.newBuilder()
                        .setKey(ByteString.copyFromUtf8("none"))
                        .build())
                .getHeader()
                .getRevision();
    }

    /** Returns when the old versions are gone from the disk. */
    static void compact(ManagedChannel channel, long revision) {
        CompactionRequest request = CompactionRequest.newBuilder()
                .setRevision(revision)
                .setPhysical(true)
                .build();
        var done = KVGrpc.newBlockingStub(channel).compact(request);
        if (!done.hasHeader()) throw new IllegalStateException("a compaction without a header");
    }
}
