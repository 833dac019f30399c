package dev.quorate.store.ops;

import dev.quorate.store.Bytes;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOutboundHandlerAdapter;
import io.netty.channel.ChannelPipeline;
import io.netty.channel.ChannelPromise;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.DefaultHttpContent;
import io.netty.handler.codec.http.DefaultHttpResponse;
import io.netty.handler.codec.http.FullHttpRequest;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpObject;
import io.netty.handler.codec.http.HttpObjectAggregator;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpServerCodec;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.LastHttpContent;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** One HTTP/1.1 connection: takes requests one after the other and writes the pages in the same order. */
public final class HttpConversation extends SimpleChannelInboundHandler<FullHttpRequest> {
    /** The longest command of the default limit, in base64, and what stands around it. */
    private static final int MAX_REQUEST_BYTES = 3 * 1024 * 1024;

    private static final int MAX_WAITING = 16;

    private final Function<Ask, CompletableFuture<Page>> pages;
    private final Deque<Turn> waiting = new ArrayDeque<>();
    private @Nullable CompletableFuture<Page> coming;

    /** Nothing is answered after the page that somebody waits for. */
    private @Nullable Runnable atTheEnd;

    /** Of the first one that waits, when its page has gone out. */
    private @Nullable PageStream rest;

    /** @param chunks whether the client knows answers whose length is not said first */
    private record Turn(Ask ask, boolean keepAlive, boolean chunks) {}

    private HttpConversation(Function<Ask, CompletableFuture<Page>> pages) {
        this.pages = pages;
    }

    /** Makes a fresh pipeline speak HTTP/1.1. */
    public static void begin(ChannelPipeline pipeline, Function<Ask, CompletableFuture<Page>> pages) {
        HttpConversation conversation = new HttpConversation(pages);
        pipeline.addLast(
                new HttpServerCodec(),
                conversation.new Foreigners(),
                new HttpObjectAggregator(MAX_REQUEST_BYTES),
                conversation);
    }

    @Override
    protected void channelRead0(ChannelHandlerContext context, FullHttpRequest request) {
        if (!request.decoderResult().isSuccess()) {
            write(context, Page.plain(400, "400 Bad Request"), new Turn(Ask.nothing(), false, false));
            return;
        }
        boolean chunks = request.protocolVersion().compareTo(HttpVersion.HTTP_1_1) >= 0;
        waiting.addLast(new Turn(Ask.of(request), HttpUtil.isKeepAlive(request), chunks));
        if (waiting.size() == 1) answerFirst(context);
        else if (waiting.size() > MAX_WAITING) close(context);
    }

    private void answerFirst(ChannelHandlerContext context) {
        coming = pages.apply(waiting.getFirst().ask());
        var _ = coming.whenComplete((page, failure) -> {
            Page answer = failure == null ? page : Page.text(500, "Internal Server Error\n");
            if (context.executor().inEventLoop()) finishFirst(context, answer);
            else context.executor().execute(() -> finishFirst(context, answer));
        });
    }

    private void finishFirst(ChannelHandlerContext context, Page page) {
        if (!context.channel().isActive()) {
            page.rest().ifPresent(PageStream::cancel);
            return;
        }
        Turn turn = waiting.getFirst();
        if (page.rest().isPresent()) begin(context, page, turn, page.rest().get());
        else {
            write(context, page, turn);
            next(context);
        }
    }

    private void next(ChannelHandlerContext context) {
        // Nobody is left where the connection was given up.
        waiting.poll();
        if (atTheEnd != null) atTheEnd.run();
        else if (!waiting.isEmpty() && context.channel().isActive()) answerFirst(context);
    }

    private void begin(ChannelHandlerContext context, Page page, Turn turn, PageStream stream) {
        boolean closes = !turn.keepAlive() || !turn.chunks();
        var head = new DefaultHttpResponse(HttpVersion.HTTP_1_1, HttpResponseStatus.valueOf(page.status()));
        setHeaders(head.headers(), page, closes);
        if (turn.chunks()) HttpUtil.setTransferEncodingChunked(head, true);
        var _ = context.write(head);
        send(context, page.body());
        rest = stream;
        stream.begin(new PageStream.Out() {
            @Override
            public boolean isReady() {
                return context.channel().isWritable();
            }

            // What other threads write waits for the connection's own thread, which must not overtake them.
            @Override
            public void write(Bytes piece) {
                if (context.executor().inEventLoop()) context.executor().execute(() -> send(context, piece));
                else send(context, piece);
            }

            @Override
            public void end() {
                context.executor().execute(() -> {
                    ChannelFuture written = context.writeAndFlush(LastHttpContent.EMPTY_LAST_CONTENT);
                    if (closes) written.addListener(ChannelFutureListener.CLOSE);
                    rest = null;
                    next(context);
                });
            }
        });
    }

    private static void send(ChannelHandlerContext context, Bytes piece) {
        var _ = context.writeAndFlush(new DefaultHttpContent(Unpooled.wrappedBuffer(piece.shared())));
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext context) {
        if (rest != null && context.channel().isWritable()) rest.ready();
        context.fireChannelWritabilityChanged();
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
        if (coming != null) coming.cancel(false);
        if (rest != null) rest.cancel();
        rest = null;
        context.fireChannelInactive();
    }

    private static void write(ChannelHandlerContext context, Page page, Turn turn) {
        byte[] body =
                turn.ask().method().equals("HEAD") ? new byte[0] : page.body().shared();
        var response = new DefaultFullHttpResponse(
                HttpVersion.HTTP_1_1, HttpResponseStatus.valueOf(page.status()), Unpooled.wrappedBuffer(body));
        setHeaders(response.headers(), page, !turn.keepAlive());
        response.headers().setInt(HttpHeaderNames.CONTENT_LENGTH, page.body().size());
        ChannelPromise written = context.newPromise();
        var _ = context.writeAndFlush(
                response, turn.keepAlive() ? written : written.addListener(ChannelFutureListener.CLOSE));
    }

    private static void setHeaders(HttpHeaders headers, Page page, boolean closes) {
        headers.set("Access-Control-Allow-Headers", "accept, content-type, authorization");
        headers.set("Access-Control-Allow-Methods", "POST, GET, OPTIONS, PUT, DELETE");
        headers.set("Access-Control-Allow-Origin", "*");
        page.headers().forEach(headers::set);
        if (!page.contentType().isEmpty()) headers.set(HttpHeaderNames.CONTENT_TYPE, page.contentType());
        if (closes) headers.set(HttpHeaderNames.CONNECTION, HttpHeaderValues.CLOSE);
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        close(context);
    }

    private void close(ChannelHandlerContext context) {
        waiting.clear();
        var _ = context.close();
    }

    /**
     * On the client port gRPC owns the channel: it ends it by writing commands of its own, or closes it when the process
     * stops, and does not know of anybody who still waits for a page.
     */
    private final class Foreigners extends ChannelOutboundHandlerAdapter {
        @Override
        public void close(ChannelHandlerContext context, ChannelPromise promise) {
            boolean somebodyWaits =
                    !waiting.isEmpty() && rest == null && context.channel().isActive();
            Runnable closing = () -> {
                var _ = context.close(promise);
            };
            if (somebodyWaits) atTheEnd = closing;
            else closing.run();
        }

        @Override
        public void write(ChannelHandlerContext context, Object message, ChannelPromise promise) {
            var _ = message instanceof HttpObject ? context.write(message, promise) : context.close(promise);
        }
    }
}
