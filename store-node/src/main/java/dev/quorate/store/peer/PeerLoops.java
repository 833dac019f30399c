package dev.quorate.store.peer;

import dev.quorate.store.node.NodeConfig;
import dev.quorate.store.tls.Certificates;
import io.grpc.ManagedChannel;
import io.grpc.netty.NegotiationType;
import io.grpc.netty.NettyChannelBuilder;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.handler.ssl.SslContext;
import io.netty.util.concurrent.DefaultThreadFactory;
import java.io.IOException;
import java.net.URI;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** The network threads of the client side: one for urgent messages, one for bulk and calls. */
final class PeerLoops implements AutoCloseable {
    private static final int CONNECT_MILLIS = 2_000;

    private final MultiThreadIoEventLoopGroup urgent = group("peer-urgent");
    private final MultiThreadIoEventLoopGroup bulk = group("peer-bulk");
    private final NodeConfig.Tls tls;
    private @Nullable SslContext ssl;

    PeerLoops(NodeConfig.Tls tls) {
        this.tls = tls;
    }

    private static MultiThreadIoEventLoopGroup group(String name) {
        return new MultiThreadIoEventLoopGroup(
                1,
                new DefaultThreadFactory(name, true),
                Epoll.isAvailable() ? EpollIoHandler.newFactory() : NioIoHandler.newFactory());
    }

    EventLoop loop(boolean forUrgent) {
        return (forUrgent ? urgent : bulk).next();
    }

    /** Each lane has its own connection: bulk that waits in a socket must not stand before a heartbeat. */
    ManagedChannel channel(String url, boolean forUrgent) {
        return channel(url, URI.create(url).getAuthority(), forUrgent);
    }

    /** @param name with port, for which the certificate there has to be; the URL may be one of its addresses */
    ManagedChannel channel(String url, String name, boolean forUrgent) {
        URI uri = URI.create(url);
        NettyChannelBuilder builder = NettyChannelBuilder.forAddress(uri.getHost(), uri.getPort())
                .overrideAuthority(name)
                .eventLoopGroup(forUrgent ? urgent : bulk)
                .channelType(Epoll.isAvailable() ? EpollSocketChannel.class : NioSocketChannel.class)
                .directExecutor()
                .maxInboundMessageSize(PeerMethods.MAX_FRAME_BYTES)
                .flowControlWindow(PeerMethods.WINDOW_BYTES)
                // A host that is gone does not refuse; when it is back it may have another address.
                .withOption(ChannelOption.CONNECT_TIMEOUT_MILLIS, CONNECT_MILLIS)
                .keepAliveTime(5, TimeUnit.SECONDS)
                .keepAliveTimeout(5, TimeUnit.SECONDS)
                .disableRetry();
        if (uri.getScheme().equals("https")) builder.sslContext(ssl());
        else builder.negotiationType(NegotiationType.PLAINTEXT);
        return builder.build();
    }

    /** One for all: each looks for new certificates as long as the process lives. */
    private synchronized SslContext ssl() {
        try {
            if (ssl == null) ssl = Certificates.forCalls(tls);
            return ssl;
        } catch (IOException unusable) {
            throw new IllegalArgumentException(unusable.getMessage(), unusable);
        }
    }

    @Override
    public void close() {
        var _ = urgent.shutdownGracefully(0, 1, TimeUnit.SECONDS);
        var _ = bulk.shutdownGracefully(0, 1, TimeUnit.SECONDS);
    }
}
