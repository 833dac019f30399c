package dev.quorate.store.api;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.ssl.SslCompletionEvent;
import io.netty.handler.ssl.SslContext;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Reads the first bytes of a connection, decides who speaks on it, and leaves.
 *
 * <p>An HTTP/2 client begins with a fixed preface, which no HTTP/1.1 request can begin with. After the decision nothing
 * of this stays in the pipeline, so gRPC pays nothing for sharing its port.
 */
final class FirstBytes extends ChannelInboundHandlerAdapter {
    private static final byte[] PREFACE = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".getBytes(StandardCharsets.US_ASCII);
    private static final long SILENCE_SECONDS = 120;

    private final Optional<SslContext> tls;
    private final Speakers speakers;
    private ByteBuf seen = Unpooled.EMPTY_BUFFER;
    private @Nullable Object negotiation;
    private @Nullable Future<?> silence;

    /** Who takes the connection over. They put themselves behind the given place in the pipeline. */
    interface Speakers {
        void http2(ChannelHandlerContext place, @Nullable Object negotiation);

        void http1(ChannelHandlerContext place);
    }

    FirstBytes(Optional<SslContext> tls, Speakers speakers) {
        this.tls = tls;
        this.speakers = speakers;
    }

    @Override
    public void handlerAdded(ChannelHandlerContext context) {
        tls.ifPresent(ssl -> context.pipeline().addBefore(context.name(), null, ssl.newHandler(context.alloc())));
        silence = context.executor().schedule(() -> close(context), SILENCE_SECONDS, TimeUnit.SECONDS);
    }

    private static void close(ChannelHandlerContext context) {
        var _ = context.close();
    }

    /** gRPC starts its negotiation with an event for the first handler of its own: keep it until it is there. */
    @Override
    public void userEventTriggered(ChannelHandlerContext context, Object event) {
        if (event instanceof SslCompletionEvent) return;
        if (negotiation == null) negotiation = event;
        else context.fireUserEventTriggered(event);
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        seen = seen.isReadable() ? Unpooled.wrappedBuffer(seen, (ByteBuf) message) : (ByteBuf) message;
        int length = Math.min(seen.readableBytes(), PREFACE.length);
        if (length == 0) return;
        boolean preface = seen.slice(seen.readerIndex(), length).equals(Unpooled.wrappedBuffer(PREFACE, 0, length));
        if (preface && length < PREFACE.length) return;
        ByteBuf first = seen;
        seen = Unpooled.EMPTY_BUFFER;
        if (preface) speakers.http2(context, negotiation);
        else speakers.http1(context);
        context.fireChannelRead(first);
        context.fireChannelReadComplete();
        context.pipeline().remove(this);
    }

    @Override
    public void handlerRemoved(ChannelHandlerContext context) {
        seen.release();
        if (silence != null) silence.cancel(false);
    }
}
