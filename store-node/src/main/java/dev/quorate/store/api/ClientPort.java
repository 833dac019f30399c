package dev.quorate.store.api;

import dev.quorate.store.node.Limits;
import dev.quorate.store.node.NodeConfig.Keepalive;
import dev.quorate.store.ops.Ask;
import dev.quorate.store.ops.EventLoops;
import dev.quorate.store.ops.Page;
import io.grpc.Server;
import io.grpc.ServerServiceDefinition;
import io.grpc.ServerStreamTracer;
import io.grpc.netty.NettyServerBuilder;
import io.netty.handler.ssl.SslContext;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;

/** The client port: gRPC and HTTP/1.1 on the same addresses. */
public final class ClientPort implements AutoCloseable {
    /** How much longer than the longest command a message may be. */
    static final int GRPC_OVERHEAD_BYTES = 512 * 1024;

    private static final long FOREVER_DAYS = 10_000;

    private final Server server;

    private ClientPort(Server server) {
        this.server = server;
    }

    /** What is served on it, and within which bounds. */
    public record Setup(
            List<ServerServiceDefinition> services,
            List<ServerStreamTracer.Factory> tracers,
            Function<Ask, CompletableFuture<Page>> pages,
            Limits limits,
            Keepalive keepalive,
            Optional<SslContext> tls) {
        Setup over(SslContext secure) {
            return new Setup(services, tracers, pages, limits, keepalive, Optional.of(secure));
        }
    }

    public static ClientPort open(List<InetSocketAddress> addresses, EventLoops loops, Setup setup) throws IOException {
        NettyServerBuilder builder = NettyServerBuilder.forAddress(
                        addresses.getFirst(), SharedPort.of(setup.tls(), setup.pages()))
                .bossEventLoopGroup(loops.accepting())
                .workerEventLoopGroup(loops.serving())
                .channelType(loops.channelType())
                .directExecutor()
                .maxInboundMessageSize(Math.toIntExact(setup.limits().maxRequestBytes() + GRPC_OVERHEAD_BYTES))
                .maxConcurrentCallsPerConnection(
                        (int) Math.min(Integer.MAX_VALUE, setup.limits().maxConcurrentStreams()))
                .permitKeepAliveTime(setup.keepalive().minTimeMillis(), TimeUnit.MILLISECONDS)
                .permitKeepAliveWithoutCalls(false)
                .keepAliveTime(setup.keepalive().intervalMillis(), TimeUnit.MILLISECONDS)
                .keepAliveTimeout(setup.keepalive().timeoutMillis(), TimeUnit.MILLISECONDS)
                // An HTTP/1.1 connection never shakes hands with gRPC; FirstBytes ends silent connections itself.
                .handshakeTimeout(FOREVER_DAYS, TimeUnit.DAYS);
        for (InetSocketAddress more : addresses.subList(1, addresses.size())) builder.addListenAddress(more);
        setup.tracers().forEach(builder::addStreamTracerFactory);
        setup.services().forEach(builder::addService);
        return new ClientPort(builder.build().start());
    }

    public List<? extends SocketAddress> addresses() {
        return server.getListenSockets();
    }

    /** Takes nothing more; calls that are under way go on. */
    void stopTaking() {
        server.shutdown();
    }

    /** Ends every connection and call. */
    @Override
    public void close() {
        server.shutdownNow();
    }
}
