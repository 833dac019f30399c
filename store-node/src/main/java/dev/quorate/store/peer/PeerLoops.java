package dev.quorate.store.peer;

import dev.quorate.store.node.NodeConfig;
import io.grpc.ManagedChannel;
import io.grpc.netty.GrpcSslContexts;
import io.grpc.netty.NegotiationType;
import io.grpc.netty.NettyChannelBuilder;
import io.netty.channel.EventLoop;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.util.concurrent.DefaultThreadFactory;
import java.io.File;
import java.net.URI;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/** The network threads of the client side: one for urgent messages, one for bulk and calls. */
final class PeerLoops implements AutoCloseable {
    private final MultiThreadIoEventLoopGroup urgent = group("peer-urgent");
    private final MultiThreadIoEventLoopGroup bulk = group("peer-bulk");
    private final NodeConfig.Tls tls;

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
        URI uri = URI.create(url);
        NettyChannelBuilder builder = NettyChannelBuilder.forAddress(uri.getHost(), uri.getPort())
                .eventLoopGroup(forUrgent ? urgent : bulk)
                .channelType(Epoll.isAvailable() ? EpollSocketChannel.class : NioSocketChannel.class)
                .directExecutor()
                .maxInboundMessageSize(PeerMethods.MAX_FRAME_BYTES)
                .flowControlWindow(PeerMethods.WINDOW_BYTES)
                .keepAliveTime(5, TimeUnit.SECONDS)
                .keepAliveTimeout(5, TimeUnit.SECONDS)
                .disableRetry();
        SslContext ssl = uri.getScheme().equals("https") ? clientSsl(tls) : null;
        if (ssl == null) builder.negotiationType(NegotiationType.PLAINTEXT);
        else builder.sslContext(ssl);
        return builder.build();
    }

    private static @Nullable SslContext clientSsl(NodeConfig.Tls tls) {
        try {
            SslContextBuilder builder = GrpcSslContexts.forClient();
            if (!tls.trustedCaFile().isEmpty()) builder.trustManager(new File(tls.trustedCaFile()));
            String cert = tls.clientCertFile().isEmpty() ? tls.certFile() : tls.clientCertFile();
            String key = tls.clientKeyFile().isEmpty() ? tls.keyFile() : tls.clientKeyFile();
            if (!cert.isEmpty()) builder.keyManager(new File(cert), new File(key));
            return builder.build();
        } catch (SSLException unusable) {
            throw new IllegalArgumentException(
                    "the peer certificates cannot be used: " + unusable.getMessage(), unusable);
        }
    }

    @Override
    public void close() {
        var _ = urgent.shutdownGracefully(0, 1, TimeUnit.SECONDS);
        var _ = bulk.shutdownGracefully(0, 1, TimeUnit.SECONDS);
    }
}
