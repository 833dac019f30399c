package dev.quorate.store.peer;

import dev.quorate.store.raft.Message;
import io.grpc.Metadata;
import io.grpc.Server;
import io.grpc.ServerCall;
import io.grpc.ServerServiceDefinition;
import io.grpc.netty.NettyServerBuilder;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;

/** A member's port that lets everybody in and only listens. */
final class HearingPort implements AutoCloseable {
    final BlockingQueue<Message> arrived = new LinkedBlockingQueue<>();
    private final Server server;

    HearingPort(int port) throws IOException {
        server = NettyServerBuilder.forAddress(new InetSocketAddress(InetAddress.getLoopbackAddress(), port))
                .addService(ServerServiceDefinition.builder("quorate.peer.v1.Raft")
                        .addMethod(PeerMethods.MESSAGES, (call, headers) -> {
                            call.sendHeaders(new Metadata());
                            call.request(1);
                            return new ServerCall.Listener<>() {
                                @Override
                                public void onMessage(List<Message> messages) {
                                    arrived.addAll(messages);
                                    call.request(1);
                                }
                            };
                        })
                        .build())
                .build()
                .start();
    }

    @Override
    public void close() {
        server.shutdownNow();
    }
}
