package dev.quorate.store.api.wire;

import dev.quorate.proto.etcdserverpb.ResponseHeader;
import dev.quorate.store.node.Node;
import dev.quorate.store.node.NodeStatus;

/** etcd's response header: who answers, at which revision of the store and in which term. */
public record Header(long clusterId, long memberId, long revision, long term) {
    private static final int MAX_BYTES = 44;

    public static Header of(Node node, long revision) {
        NodeStatus.NodeIdentity identity = node.identity();
        return new Header(
                identity.clusterId(), identity.memberId(), revision, node.raft().term());
    }

    /** As of now. */
    public static Header of(Node node) {
        return of(node, node.state().view().revision());
    }

    /** The header inside a transaction's results knows nothing but the revision. */
    public static Header inner(long revision) {
        return new Header(0, 0, revision, 0);
    }

    Fields fields() {
        return new Fields(MAX_BYTES)
                .number(1, clusterId)
                .number(2, memberId)
                .number(3, revision)
                .number(4, term);
    }

    public ResponseHeader message() {
        return ResponseHeader.newBuilder()
                .setClusterId(clusterId)
                .setMemberId(memberId)
                .setRevision(revision)
                .setRaftTerm(term)
                .build();
    }
}
