package dev.quorate.store.ops;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.handler.ssl.SslContext;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;

/** A port that speaks HTTP/1.1 only, for --listen-metrics-urls. */
public final class HttpListener implements AutoCloseable {
    private final Channel channel;

    private HttpListener(Channel channel) {
        this.channel = channel;
    }

    public static HttpListener open(
            InetSocketAddress address,
            EventLoops loops,
            Optional<SslContext> tls,
            Function<Ask, CompletableFuture<Page>> pages)
            throws IOException {
        var bound = new ServerBootstrap()
                .group(loops.accepting(), loops.serving())
                .channel(loops.channelType())
                // Whoever waits for something may never hear of a client whose machine is gone.
                .childOption(ChannelOption.SO_KEEPALIVE, true)
                .childHandler(new ChannelInitializer<>() {
                    @Override
                    protected void initChannel(Channel child) {
                        tls.ifPresent(ssl -> child.pipeline().addLast(ssl.newHandler(child.alloc())));
                        HttpConversation.begin(child.pipeline(), pages);
                    }
                })
                .bind(address)
                .awaitUninterruptibly();
        if (!bound.isSuccess()) throw new IOException("cannot listen on " + address, bound.cause());
        return new HttpListener(bound.channel());
    }

    public InetSocketAddress address() {
        return (InetSocketAddress) channel.localAddress();
    }

    @Override
    public void close() {
        channel.close().awaitUninterruptibly();
    }
}
