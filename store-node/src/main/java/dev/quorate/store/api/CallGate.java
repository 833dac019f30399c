package dev.quorate.store.api;

import dev.quorate.store.api.wire.Statuses;
import dev.quorate.store.node.LocalStatus;
import dev.quorate.store.node.Node;
import dev.quorate.store.node.NodeHost;
import dev.quorate.store.state.Refusal;
import io.grpc.Context;
import io.grpc.Contexts;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor.MethodType;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.Status;
import java.util.Optional;
import java.util.Set;

/**
 * What is decided about a call before any service sees it: whether there is a node, whether a learner may answer, and
 * whether the client insists on a leader.
 */
final class CallGate implements ServerInterceptor {
    private static final Metadata.Key<String> NEEDS_LEADER =
            Metadata.Key.of("hasleader", Metadata.ASCII_STRING_MARSHALLER);
    private static final Metadata.Key<String> CLIENT_VERSION =
            Metadata.Key.of("client-api-version", Metadata.ASCII_STRING_MARSHALLER);
    private static final Set<String> ON_LEARNERS =
            Set.of("etcdserverpb.Maintenance/Status", "etcdserverpb.Maintenance/Snapshot", "etcdserverpb.KV/Range");

    /** True inside a stream whose client wants it to end when there is no leader. */
    static final Context.Key<Boolean> LEADER_NEEDED = Context.keyWithDefault("leader-needed", false);

    private final NodeHost host;
    private final ClientVersions versions;

    CallGate(NodeHost host, ClientVersions versions) {
        this.host = host;
        this.versions = versions;
    }

    static boolean isLearner(Node node) {
        return node.raft().learners().contains(node.identity().memberId());
    }

    @Override
    public <Q, R> ServerCall.Listener<Q> interceptCall(
            ServerCall<Q, R> call, Metadata metadata, ServerCallHandler<Q, R> next) {
        String version = metadata.get(CLIENT_VERSION);
        boolean unary = call.getMethodDescriptor().getType() == MethodType.UNARY;
        versions.count(unary, version);
        if (version != null && version.indexOf('\uFFFD') >= 0)
            return refuse(call, Statuses.of(Refusal.INVALID_CLIENT_API_VERSION));
        Optional<Node> node = host.node();
        if (node.isEmpty()) return refuse(call, Statuses.notServing(why(host)));
        // A range on a learner depends on the request: KvService looks.
        if (isLearner(node.get())
                && !ON_LEARNERS.contains(call.getMethodDescriptor().getFullMethodName()))
            return refuse(call, Statuses.of(Refusal.NOT_SUPPORTED_FOR_LEARNER));
        if (!"true".equals(metadata.get(NEEDS_LEADER))) return next.startCall(call, metadata);
        if (node.get().raft().leader() == 0) return refuse(call, Statuses.of(Refusal.NO_LEADER));
        if (unary) return next.startCall(call, metadata);
        return Contexts.interceptCall(Context.current().withValue(LEADER_NEEDED, true), call, metadata, next);
    }

    /** Why there is no node. */
    static String why(NodeHost host) {
        LocalStatus status = host.localStatus();
        return status.message().isEmpty() ? "this member is not part of a cluster yet" : status.message();
    }

    private static <Q, R> ServerCall.Listener<Q> refuse(ServerCall<Q, R> call, Status status) {
        call.close(status, new Metadata());
        return new ServerCall.Listener<>() {};
    }
}
