package dev.quorate.store.ops;

import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.ServerChannel;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.util.concurrent.DefaultThreadFactory;
import io.netty.util.concurrent.EventExecutor;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;

/** The threads that serve client connections: epoll where the system has it. Peers have threads of their own. */
public record EventLoops(EventLoopGroup accepting, EventLoopGroup serving, Class<? extends ServerChannel> channelType)
        implements AutoCloseable {

    public static EventLoops start(int threads) {
        boolean epoll = Epoll.isAvailable();
        return new EventLoops(
                group(epoll, 1, "client-accept"),
                group(epoll, threads, "client"),
                epoll ? EpollServerSocketChannel.class : NioServerSocketChannel.class);
    }

    /** The loop that runs on this thread, if one does: what is done there next to a call is answered without a wake-up. */
    public Optional<Executor> ofThisThread() {
        for (EventExecutor loop : serving) {
            if (loop.inEventLoop()) return Optional.of(loop);
        }
        return Optional.empty();
    }

    private static EventLoopGroup group(boolean epoll, int threads, String name) {
        return new MultiThreadIoEventLoopGroup(
                threads,
                new DefaultThreadFactory(name, true),
                epoll ? EpollIoHandler.newFactory() : NioIoHandler.newFactory());
    }

    @Override
    public void close() {
        var _ = accepting.shutdownGracefully(0, 1, TimeUnit.SECONDS);
        var _ = serving.shutdownGracefully(0, 1, TimeUnit.SECONDS);
    }
}
