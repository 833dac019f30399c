package dev.quorate.store.api;

import dev.quorate.proto.health.HealthCheckRequest;
import dev.quorate.proto.health.HealthCheckResponse;
import dev.quorate.proto.health.HealthCheckResponse.ServingStatus;
import dev.quorate.proto.health.HealthGrpc;
import dev.quorate.store.node.NodeHost;
import io.grpc.Status;
import io.grpc.stub.StreamObserver;

/** gRPC's health check. As in etcd only the server as a whole has a state: it serves as soon as there is a node. */
final class HealthService extends HealthGrpc.HealthImplBase {
    private final NodeHost host;

    HealthService(NodeHost host) {
        this.host = host;
    }

    @Override
    public void check(HealthCheckRequest request, StreamObserver<HealthCheckResponse> reply) {
        if (!request.getService().isEmpty()) {
            reply.onError(Status.NOT_FOUND.withDescription("unknown service").asRuntimeException());
            return;
        }
        reply.onNext(answer(now()));
        reply.onCompleted();
    }

    /** Says how it is now and stays open: a node, once there, serves until the process ends. */
    @Override
    public void watch(HealthCheckRequest request, StreamObserver<HealthCheckResponse> reply) {
        reply.onNext(answer(request.getService().isEmpty() ? now() : ServingStatus.SERVICE_UNKNOWN));
    }

    private ServingStatus now() {
        return host.node().isPresent() ? ServingStatus.SERVING : ServingStatus.NOT_SERVING;
    }

    private static HealthCheckResponse answer(ServingStatus status) {
        return HealthCheckResponse.newBuilder().setStatus(status).build();
    }
}
