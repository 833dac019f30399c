package dev.quorate.store.api;

import dev.quorate.proto.health.HealthCheckRequest;
import dev.quorate.proto.health.HealthCheckResponse;
import dev.quorate.proto.health.HealthCheckResponse.ServingStatus;
import dev.quorate.proto.health.HealthGrpc;
import io.grpc.Status;
import io.grpc.stub.StreamObserver;

/** gRPC's health check. As in etcd only the server as a whole has a state: it serves as long as it answers at all. */
final class HealthService extends HealthGrpc.HealthImplBase {
    @Override
    public void check(HealthCheckRequest request, StreamObserver<HealthCheckResponse> reply) {
        if (!request.getService().isEmpty()) {
            reply.onError(Status.NOT_FOUND.withDescription("unknown service").asRuntimeException());
            return;
        }
        reply.onNext(answer(ServingStatus.SERVING));
        reply.onCompleted();
    }

    /** Never ends by itself: the state does not change while the server runs. */
    @Override
    public void watch(HealthCheckRequest request, StreamObserver<HealthCheckResponse> reply) {
        reply.onNext(answer(request.getService().isEmpty() ? ServingStatus.SERVING : ServingStatus.SERVICE_UNKNOWN));
    }

    private static HealthCheckResponse answer(ServingStatus status) {
        return HealthCheckResponse.newBuilder().setStatus(status).build();
    }
}
