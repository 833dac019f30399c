package dev.quorate.store.api.gateway;

import com.google.protobuf.Descriptors.MethodDescriptor;
import com.google.protobuf.DynamicMessage;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.StringValue;
import com.google.protobuf.util.JsonFormat;
import dev.quorate.store.Bytes;
import dev.quorate.store.ops.Ask;
import dev.quorate.store.ops.Page;
import dev.quorate.store.ops.PageStream;
import io.grpc.Metadata;
import io.grpc.ServerMethodDefinition;
import io.grpc.ServerServiceDefinition;
import io.grpc.Status;
import io.grpc.protobuf.ProtoMethodDescriptorSupplier;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Function;

/** Answers {@code POST /v3/...} and leaves everything else to the other pages. */
public final class Gateway implements Function<Ask, CompletableFuture<Page>> {
    private static final String JSON = "application/json";

    /** As JSON an answer is there several times, and much larger. */
    private static final long MOST_JSON_BYTES = Runtime.getRuntime().maxMemory() / 32;

    private static final Metadata.Key<String> AUTHORIZATION =
            Metadata.Key.of("authorization", Metadata.ASCII_STRING_MARSHALLER);

    /** Paths whose last part is not the method's name, or whose service has another name than the first part. */
    private static final String PATHS = """
            kv/range                  etcdserverpb.KV/Range
            kv/put                    etcdserverpb.KV/Put
            kv/deleterange            etcdserverpb.KV/DeleteRange
            kv/txn                    etcdserverpb.KV/Txn
            kv/compaction             etcdserverpb.KV/Compact
            watch                     etcdserverpb.Watch/Watch
            lease/grant               etcdserverpb.Lease/LeaseGrant
            lease/revoke              etcdserverpb.Lease/LeaseRevoke
            kv/lease/revoke           etcdserverpb.Lease/LeaseRevoke
            lease/keepalive           etcdserverpb.Lease/LeaseKeepAlive
            lease/timetolive          etcdserverpb.Lease/LeaseTimeToLive
            kv/lease/timetolive       etcdserverpb.Lease/LeaseTimeToLive
            lease/leases              etcdserverpb.Lease/LeaseLeases
            kv/lease/leases           etcdserverpb.Lease/LeaseLeases
            cluster/member/add        etcdserverpb.Cluster/MemberAdd
            cluster/member/remove     etcdserverpb.Cluster/MemberRemove
            cluster/member/update     etcdserverpb.Cluster/MemberUpdate
            cluster/member/promote    etcdserverpb.Cluster/MemberPromote
            cluster/member/list       etcdserverpb.Cluster/MemberList
            maintenance/alarm         etcdserverpb.Maintenance/Alarm
            maintenance/status        etcdserverpb.Maintenance/Status
            maintenance/defragment    etcdserverpb.Maintenance/Defragment
            maintenance/hash          etcdserverpb.Maintenance/Hash
            maintenance/hashkv        etcdserverpb.Maintenance/HashKV
            maintenance/snapshot      etcdserverpb.Maintenance/Snapshot
            maintenance/transfer-leadership etcdserverpb.Maintenance/MoveLeader
            maintenance/downgrade     etcdserverpb.Maintenance/Downgrade
            auth/enable               etcdserverpb.Auth/AuthEnable
            auth/disable              etcdserverpb.Auth/AuthDisable
            auth/status               etcdserverpb.Auth/AuthStatus
            auth/authenticate         etcdserverpb.Auth/Authenticate
            auth/user/add             etcdserverpb.Auth/UserAdd
            auth/user/get             etcdserverpb.Auth/UserGet
            auth/user/list            etcdserverpb.Auth/UserList
            auth/user/delete          etcdserverpb.Auth/UserDelete
            auth/user/changepw        etcdserverpb.Auth/UserChangePassword
            auth/user/grant           etcdserverpb.Auth/UserGrantRole
            auth/user/revoke          etcdserverpb.Auth/UserRevokeRole
            auth/role/add             etcdserverpb.Auth/RoleAdd
            auth/role/get             etcdserverpb.Auth/RoleGet
            auth/role/list            etcdserverpb.Auth/RoleList
            auth/role/delete          etcdserverpb.Auth/RoleDelete
            auth/role/grant           etcdserverpb.Auth/RoleGrantPermission
            auth/role/revoke          etcdserverpb.Auth/RoleRevokePermission
            lock/lock                 v3lockpb.Lock/Lock
            lock/unlock               v3lockpb.Lock/Unlock
            election/campaign         v3electionpb.Election/Campaign
            election/proclaim         v3electionpb.Election/Proclaim
            election/leader           v3electionpb.Election/Leader
            election/resign           v3electionpb.Election/Resign
            election/observe          v3electionpb.Election/Observe
            """;

    private final Function<Ask, CompletableFuture<Page>> others;
    private final Map<String, ServerMethodDefinition<?, ?>> methods = new HashMap<>();
    private final LongAdder waiting = new LongAdder();

    public Gateway(List<ServerServiceDefinition> services, Function<Ask, CompletableFuture<Page>> others) {
        this.others = others;
        Map<String, ServerMethodDefinition<?, ?>> byName = new HashMap<>();
        for (ServerServiceDefinition service : services)
            for (ServerMethodDefinition<?, ?> method : service.getMethods())
                byName.put(method.getMethodDescriptor().getFullMethodName(), method);
        PATHS.lines().map(line -> line.split(" +")).forEach(words -> {
            ServerMethodDefinition<?, ?> method = byName.get(words[1]);
            if (method != null) methods.put(words[0], method);
        });
    }

    @Override
    public CompletableFuture<Page> apply(Ask ask) {
        String path = ask.path();
        String rest;
        if (path.startsWith("/v3/")) rest = path.substring("/v3/".length());
        else if (path.startsWith("/v3beta/")) rest = path.substring("/v3beta/".length());
        else return others.apply(ask);
        if (ask.method().equals("OPTIONS")) return others.apply(ask);
        ServerMethodDefinition<?, ?> method = methods.get(rest);
        if (method == null) return done(error(Status.NOT_FOUND.withDescription("Not Found")));
        if (!ask.method().equals("POST"))
            return done(error(Status.UNIMPLEMENTED.withDescription("Method Not Allowed")));
        waiting.increment();
        CompletableFuture<Page> page = call(method, ask);
        var _ = page.whenComplete((made, failure) -> waiting.decrement());
        return page;
    }

    /** Whether a call is still without an answer. */
    public boolean isAnybodyWaiting() {
        return waiting.sum() > 0;
    }

    private static <Q, R> CompletableFuture<Page> call(ServerMethodDefinition<Q, R> method, Ask ask) {
        MethodDescriptor types = types(method);
        JsonBodies bodies = new JsonBodies(ask.body().toUtf8());
        Optional<String> json = bodies.next();
        // A call that takes one message gets one.
        if (json.isEmpty() && !types.isClientStreaming()) json = Optional.of("{}");
        Optional<Q> first;
        try {
            first = message(method, types, json);
        } catch (InvalidProtocolBufferException unreadable) {
            String what = "the body is no " + types.getInputType().getName() + " as JSON: " + unreadable.getMessage();
            return done(error(Status.INVALID_ARGUMENT.withDescription(what)));
        }
        Metadata metadata = new Metadata();
        if (!ask.authorization().isEmpty()) metadata.put(AUTHORIZATION, ask.authorization());
        return GatewayCall.run(
                method,
                metadata,
                new GatewayCall.Requests<Q>() {
                    private Optional<Q> known = first;

                    @Override
                    public Optional<Q> next() throws InvalidProtocolBufferException {
                        Optional<Q> next = known;
                        known = Optional.empty();
                        if (next.isPresent() || !types.isClientStreaming()) return next;
                        return message(method, types, bodies.next());
                    }
                },
                form(method, types));
    }

    private static <Q> Optional<Q> message(
            ServerMethodDefinition<Q, ?> method, MethodDescriptor types, Optional<String> json)
            throws InvalidProtocolBufferException {
        if (json.isEmpty()) return Optional.empty();
        DynamicMessage.Builder message = DynamicMessage.newBuilder(types.getInputType());
        JsonFormat.parser().ignoringUnknownFields().merge(json.get(), message);
        return Optional.of(method.getMethodDescriptor()
                .parseRequest(message.build().toByteString().newInput()));
    }

    private static MethodDescriptor types(ServerMethodDefinition<?, ?> method) {
        Object schema = method.getMethodDescriptor().getSchemaDescriptor();
        return ((ProtoMethodDescriptorSupplier) Objects.requireNonNull(schema)).getMethodDescriptor();
    }

    /** A stream's messages stand in lines, each wrapped as a result or an error; an only answer stands for itself. */
    private static <R> GatewayCall.Form<R> form(ServerMethodDefinition<?, R> method, MethodDescriptor types) {
        return new GatewayCall.Form<>() {
            @Override
            public Bytes message(R message) {
                String json = json(types, method.getMethodDescriptor().streamResponse(message));
                return Bytes.utf8(types.isServerStreaming() ? "{\"result\":" + json + "}\n" : json);
            }

            @Override
            public Bytes error(Status status) {
                return Bytes.utf8("{\"error\":" + Gateway.json(status) + "}\n");
            }

            @Override
            public Page refused(Status status) {
                if (!types.isServerStreaming()) return Gateway.error(status);
                return new Page(httpStatus(status), JSON, Map.of(), error(status));
            }

            @Override
            public Page begun(Bytes first, Optional<PageStream> rest) {
                return new Page(200, JSON, Map.of(), first, rest);
            }
        };
    }

    private static String json(MethodDescriptor types, InputStream encoded) {
        try (encoded) {
            if (encoded.available() > MOST_JSON_BYTES)
                throw Status.RESOURCE_EXHAUSTED
                        .withDescription("etcdserver: the answer is too large for JSON, set a limit")
                        .asRuntimeException();
            return JsonFormat.printer()
                    .preservingProtoFieldNames()
                    .omittingInsignificantWhitespace()
                    .print(DynamicMessage.parseFrom(types.getOutputType(), encoded));
        } catch (IOException impossible) {
            throw new UncheckedIOException(impossible);
        }
    }

    private static Page error(Status status) {
        return new Page(httpStatus(status), JSON, Map.of(), Bytes.utf8(json(status)));
    }

    private static String json(Status status) {
        String text = quoted(Objects.requireNonNullElse(
                status.getDescription(), status.getCode().name().toLowerCase(Locale.ROOT)));
        return "{\"code\":" + status.getCode().value() + ",\"message\":" + text + ",\"details\":[]}";
    }

    private static String quoted(String text) {
        try {
            return JsonFormat.printer().print(StringValue.of(text));
        } catch (InvalidProtocolBufferException impossible) {
            throw new UncheckedIOException(impossible);
        }
    }

    private static int httpStatus(Status status) {
        return switch (status.getCode()) {
            case OK -> 200;
            case INVALID_ARGUMENT, FAILED_PRECONDITION, OUT_OF_RANGE -> 400;
            case UNAUTHENTICATED -> 401;
            case PERMISSION_DENIED -> 403;
            case NOT_FOUND -> 404;
            case ALREADY_EXISTS, ABORTED -> 409;
            case RESOURCE_EXHAUSTED -> 429;
            case CANCELLED -> 499;
            case UNKNOWN, INTERNAL, DATA_LOSS -> 500;
            case UNIMPLEMENTED -> 501;
            case UNAVAILABLE -> 503;
            case DEADLINE_EXCEEDED -> 504;
        };
    }

    private static CompletableFuture<Page> done(Page page) {
        return CompletableFuture.completedFuture(page);
    }
}
