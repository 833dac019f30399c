package dev.quorate.store.api;

import dev.quorate.proto.etcdserverpb.AuthGrpc;
import dev.quorate.proto.etcdserverpb.AuthStatusResponse;
import dev.quorate.proto.etcdserverpb.AuthenticateResponse;
import dev.quorate.store.api.wire.Header;
import dev.quorate.store.api.wire.Statuses;
import dev.quorate.store.state.Refusal;
import io.grpc.MethodDescriptor;
import io.grpc.ServerServiceDefinition;
import io.grpc.stub.ServerCalls;
import io.grpc.stub.StreamObserver;

/** etcdserverpb.Auth as long as there are no users: it is off, and cannot be switched on. */
final class AuthService {
    private static final long FIRST_REVISION = 1;

    private final Served served;

    AuthService(Served served) {
        this.served = served;
    }

    ServerServiceDefinition bind() {
        ServerServiceDefinition.Builder service = ServerServiceDefinition.builder(AuthGrpc.getServiceDescriptor());
        for (MethodDescriptor<?, ?> method : AuthGrpc.getServiceDescriptor().getMethods()) {
            if (method.equals(AuthGrpc.getAuthStatusMethod()) || method.equals(AuthGrpc.getAuthenticateMethod()))
                continue;
            service.addMethod(method, ServerCalls.asyncUnaryCall((request, observer) -> notYet(observer)));
        }
        return service.addMethod(
                        AuthGrpc.getAuthStatusMethod(),
                        ServerCalls.asyncUnaryCall((request, observer) -> status(observer)))
                .addMethod(
                        AuthGrpc.getAuthenticateMethod(),
                        ServerCalls.asyncUnaryCall((request, observer) -> authenticate(observer)))
                .build();
    }

    private static void notYet(StreamObserver<?> observer) {
        Answers.refuse(observer, Statuses.unimplemented("users and roles are not supported yet"));
    }

    private static void authenticate(StreamObserver<AuthenticateResponse> observer) {
        Answers.refuse(observer, Refusal.AUTH_NOT_ENABLED);
    }

    private void status(StreamObserver<AuthStatusResponse> observer) {
        Answers.send(
                observer,
                AuthStatusResponse.newBuilder()
                        .setHeader(Header.of(served.node()).message())
                        .setAuthRevision(FIRST_REVISION)
                        .build());
    }
}
