package dev.quorate.store.peer;

import com.google.common.util.concurrent.MoreExecutors;
import dev.quorate.proto.peer.Hello;
import dev.quorate.proto.peer.JoinInfoReply;
import dev.quorate.proto.peer.JoinInfoRequest;
import dev.quorate.proto.peer.LeaderAnswer;
import dev.quorate.proto.peer.LeaderQuestion;
import dev.quorate.proto.peer.PeerGrpc;
import dev.quorate.proto.peer.SnapshotPiece;
import dev.quorate.proto.peer.SnapshotReply;
import dev.quorate.store.node.NodeConfig;
import dev.quorate.store.raft.Message;
import dev.quorate.store.tls.Certificates;
import io.grpc.Context;
import io.grpc.Contexts;
import io.grpc.Metadata;
import io.grpc.Server;
import io.grpc.ServerCall;
import io.grpc.ServerCallExecutorSupplier;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.ServerInterceptors;
import io.grpc.ServerServiceDefinition;
import io.grpc.Status;
import io.grpc.netty.NettyServerBuilder;
import io.grpc.stub.StreamObserver;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The peer port: lets known members in and hands what they say to the host behind it, if there is one already. */
public final class PeerServer implements AutoCloseable {
    private static final Context.Key<PeerHost.Caller> CALLER = Context.key("caller");
    private static final Logger LOG = LoggerFactory.getLogger(PeerServer.class);
    private static final int FRAMES_UNDER_WAY = 64;
    private static final long CLOSE_SECONDS = 2;
    private static final long CHECK_SECONDS = 1;

    private final Supplier<Optional<PeerHost>> host;
    private final BooleanSupplier begins;
    private final ExecutorService calls = Executors.newVirtualThreadPerTaskExecutor();
    private final Set<Incoming> incoming = ConcurrentHashMap.newKeySet();
    private final Server server;

    /**
     * @param host empty while this process belongs to no cluster
     * @param begins whether it is about to found one, and so has no data that could tell of others
     */
    public PeerServer(
            List<String> listenUrls, NodeConfig.Tls tls, Supplier<Optional<PeerHost>> host, BooleanSupplier begins)
            throws IOException {
        this.host = host;
        this.begins = begins;
        NettyServerBuilder builder = NettyServerBuilder.forAddress(address(listenUrls.getFirst()));
        for (String url : listenUrls.subList(1, listenUrls.size())) builder.addListenAddress(address(url));
        if (URI.create(listenUrls.getFirst()).getScheme().equals("https"))
            builder.sslContext(Certificates.forPeers(tls));
        server = builder.executor(calls)
                .callExecutor(new Messages())
                .maxInboundMessageSize(PeerMethods.MAX_FRAME_BYTES)
                .flowControlWindow(PeerMethods.WINDOW_BYTES)
                .permitKeepAliveTime(1, TimeUnit.SECONDS)
                .permitKeepAliveWithoutCalls(true)
                .addService(ServerServiceDefinition.builder("quorate.peer.v1.Raft")
                        .addMethod(PeerMethods.MESSAGES, this::startMessages)
                        .build())
                .addService(ServerInterceptors.intercept(new Calls(), new Door()))
                .build()
                .start();
        calls.execute(this::checkCallers);
    }

    /** A removed member that has nothing to say, such as a learner, would never hear that it is out. */
    private void checkCallers() {
        try {
            while (true) {
                TimeUnit.SECONDS.sleep(CHECK_SECONDS);
                for (Incoming one : incoming) refusal(one.caller).ifPresent(one::end);
            }
        } catch (InterruptedException closed) {
            Thread.currentThread().interrupt();
        }
    }

    /**
     * Messages are only read and put into the mailbox: that is done on the connection's own network thread. On a
     * virtual thread they would wait for a carrier, behind a snapshot that is being written or read.
     */
    private final class Messages implements ServerCallExecutorSupplier {
        @Override
        public <Q, A> Executor getExecutor(ServerCall<Q, A> call, Metadata headers) {
            boolean messages = call.getMethodDescriptor().equals(PeerMethods.MESSAGES);
            return messages ? MoreExecutors.directExecutor() : calls;
        }
    }

    private static InetSocketAddress address(String url) {
        URI uri = URI.create(url);
        return new InetSocketAddress(uri.getHost(), uri.getPort());
    }

    /** Why a caller with these headers is not let in; empty if it is. */
    private Optional<Status> refusal(PeerHost.Caller caller) {
        Optional<PeerHost> behind = host.get();
        if (behind.isEmpty()) return Optional.of(Status.UNAVAILABLE.withDescription(PeerMethods.NOT_YET));
        return behind.get().refusal(caller).map(Status.FAILED_PRECONDITION::withDescription);
    }

    private static PeerHost.Caller caller(Metadata headers) {
        Hello hello = Optional.ofNullable(headers.get(PeerMethods.HELLO)).orElse(Hello.getDefaultInstance());
        return new PeerHost.Caller(
                hello.getClusterId(), hello.getFrom(), hello.getTo(), hello.getEpoch(), hello.getPeerUrlsList());
    }

    private ServerCall.Listener<List<Message>> startMessages(
            ServerCall<List<Message>, List<Message>> call, Metadata headers) {
        PeerHost.Caller caller = caller(headers);
        Optional<Status> refusal = refusal(caller);
        if (refusal.isPresent()) {
            call.close(refusal.get(), new Metadata());
            return new ServerCall.Listener<>() {};
        }
        host.get().ifPresent(behind -> behind.met(caller));
        call.sendHeaders(new Metadata());
        call.request(FRAMES_UNDER_WAY);
        Incoming started = new Incoming(call, caller);
        incoming.add(started);
        return started;
    }

    private final class Incoming extends ServerCall.Listener<List<Message>> {
        private final ServerCall<List<Message>, List<Message>> call;
        private final PeerHost.Caller caller;
        private volatile boolean closed;

        Incoming(ServerCall<List<Message>, List<Message>> call, PeerHost.Caller caller) {
            this.call = call;
            this.caller = caller;
        }

        @Override
        public void onMessage(List<Message> messages) {
            if (closed) return;
            Optional<Status> refusal = refusal(caller);
            if (refusal.isPresent()) {
                end(refusal.get());
                return;
            }
            host.get().ifPresent(behind -> {
                for (Message message : messages) if (message.from() == caller.from()) behind.deliver(message);
            });
            call.request(1);
        }

        @Override
        public void onHalfClose() {
            end(Status.OK);
        }

        @Override
        public void onComplete() {
            incoming.remove(this);
        }

        @Override
        public void onCancel() {
            incoming.remove(this);
        }

        private synchronized void end(Status status) {
            if (closed) return;
            closed = true;
            call.close(status, new Metadata());
        }
    }

    /** Lets only members of this cluster call, except for the question of those who want to become one. */
    private final class Door implements ServerInterceptor {
        @Override
        public <Q, A> ServerCall.Listener<Q> interceptCall(
                ServerCall<Q, A> call, Metadata headers, ServerCallHandler<Q, A> next) {
            if (call.getMethodDescriptor().equals(PeerGrpc.getJoinInfoMethod())) return next.startCall(call, headers);
            PeerHost.Caller caller = caller(headers);
            Optional<Status> refusal = refusal(caller);
            if (refusal.isEmpty())
                return Contexts.interceptCall(Context.current().withValue(CALLER, caller), call, headers, next);
            call.close(refusal.get(), new Metadata());
            return new ServerCall.Listener<>() {};
        }
    }

    private final class Calls extends PeerGrpc.PeerImplBase {
        @Override
        public void joinInfo(JoinInfoRequest request, StreamObserver<JoinInfoReply> observer) {
            // Asked first: when it has begun meanwhile, the host tells what it knows.
            boolean knowsNothing = request.getFoundingId() != 0 && begins.getAsBoolean();
            Optional<PeerHost> behind = host.get();
            if (behind.isEmpty()) {
                answer(
                        CompletableFuture.completedFuture(JoinInfoReply.newBuilder()
                                .setVerdict(
                                        knowsNothing ? JoinInfoReply.Verdict.NOT_BEGUN : JoinInfoReply.Verdict.UNKNOWN)
                                .build()),
                        observer);
                return;
            }
            answer(
                    behind.get()
                            .join(new PeerHost.JoinQuestion(
                                    request.getPeerUrlsList(),
                                    request.getName(),
                                    request.getDataNonce(),
                                    request.getFoundingId()))
                            .thenApply(PeerProtos::toProto),
                    observer);
        }

        @Override
        public void call(LeaderQuestion request, StreamObserver<LeaderAnswer> observer) {
            answer(
                    host.get()
                            .orElseThrow()
                            .answer(PeerProtos.fromProto(request))
                            .thenApply(PeerProtos::toProto),
                    observer);
        }

        @Override
        public StreamObserver<SnapshotPiece> snapshot(StreamObserver<SnapshotReply> observer) {
            return new SnapshotReceiver(host.get().orElseThrow(), CALLER.get(), observer);
        }

        private <T> void answer(CompletableFuture<T> future, StreamObserver<T> observer) {
            var _ = future.whenComplete((reply, failure) -> {
                if (failure != null) {
                    observer.onError(Status.INTERNAL
                            .withDescription(String.valueOf(failure.getMessage()))
                            .asRuntimeException());
                    return;
                }
                observer.onNext(reply);
                observer.onCompleted();
            });
        }
    }

    @Override
    public void close() {
        server.shutdownNow();
        try {
            // What the calls still have to hear of their end runs on their threads.
            if (!server.awaitTermination(CLOSE_SECONDS, TimeUnit.SECONDS)) LOG.warn("calls of peers do not end");
        } catch (InterruptedException impatient) {
            Thread.currentThread().interrupt();
        }
        calls.shutdownNow();
    }
}
