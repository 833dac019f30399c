package dev.quorate.store.api;

import dev.quorate.store.ops.Ask;
import dev.quorate.store.ops.HttpConversation;
import dev.quorate.store.ops.Page;
import io.grpc.ServerCredentials;
import io.grpc.netty.GrpcHttp2ConnectionHandler;
import io.grpc.netty.InternalNettyServerCredentials;
import io.grpc.netty.InternalProtocolNegotiator;
import io.grpc.netty.InternalProtocolNegotiators;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.ssl.SslContext;
import io.netty.util.AsciiString;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Lets gRPC and our HTTP/1.1 pages share a port: gRPC asks a negotiator for the first handler of each connection.
 *
 * <p>TLS goes in front of {@link FirstBytes}, which then sees plain bytes.
 */
record SharedPort(
        InternalProtocolNegotiator.ProtocolNegotiator grpc,
        Optional<SslContext> tls,
        Function<Ask, CompletableFuture<Page>> pages)
        implements InternalProtocolNegotiator.ProtocolNegotiator {

    static ServerCredentials of(Optional<SslContext> tls, Function<Ask, CompletableFuture<Page>> pages) {
        return InternalNettyServerCredentials.create(
                new SharedPort(InternalProtocolNegotiators.serverPlaintext(), tls, pages));
    }

    @Override
    public AsciiString scheme() {
        return grpc.scheme();
    }

    @Override
    public ChannelHandler newHandler(GrpcHttp2ConnectionHandler http2) {
        return new FirstBytes(tls, new FirstBytes.Speakers() {
            @Override
            public void http2(ChannelHandlerContext place, @Nullable Object negotiation) {
                place.pipeline().addAfter(place.name(), null, grpc.newHandler(http2));
                if (negotiation != null) place.fireUserEventTriggered(negotiation);
            }

            @Override
            public void http1(ChannelHandlerContext place) {
                // The last one is gRPC's: it holds back writes until its negotiation is over, which will never be.
                place.pipeline().removeLast();
                HttpConversation.begin(place.pipeline(), pages);
            }
        });
    }

    @Override
    public void close() {
        grpc.close();
    }
}
