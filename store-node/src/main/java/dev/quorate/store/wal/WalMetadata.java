package dev.quorate.store.wal;

import com.google.protobuf.InvalidProtocolBufferException;
import dev.quorate.proto.etcdserverpb.Metadata;

/** Whose log it is; repeated at the head of every segment. */
public record WalMetadata(long nodeId, long clusterId) {
    byte[] encoded() {
        return Metadata.newBuilder()
                .setNodeID(nodeId)
                .setClusterID(clusterId)
                .build()
                .toByteArray();
    }

    static WalMetadata decode(byte[] data) throws InvalidProtocolBufferException {
        Metadata metadata = Metadata.parseFrom(data);
        return new WalMetadata(metadata.getNodeID(), metadata.getClusterID());
    }
}
