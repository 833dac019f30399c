package dev.quorate.store.peer;

import com.google.protobuf.InvalidProtocolBufferException;
import dev.quorate.proto.peer.Hello;
import dev.quorate.store.raft.Message;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.MethodDescriptor.MethodType;
import java.util.List;

/** What the two ends of a peer connection must agree on. */
final class PeerMethods {
    /** One long call in each direction and lane: frames go, nothing comes back but the end. */
    static final MethodDescriptor<List<Message>, List<Message>> MESSAGES =
            MethodDescriptor.<List<Message>, List<Message>>newBuilder()
                    .setType(MethodType.BIDI_STREAMING)
                    .setFullMethodName(MethodDescriptor.generateFullMethodName("quorate.peer.v1.Raft", "Messages"))
                    .setRequestMarshaller(new FrameMarshaller())
                    .setResponseMarshaller(new FrameMarshaller())
                    .build();

    /** Larger than any frame: a request of the largest size that flags allow in practice, and the batch around it. */
    static final int MAX_FRAME_BYTES = 512 << 20;

    static final int WINDOW_BYTES = 4 << 20;

    static final String NOT_YET = "not a member yet";

    static final Metadata.Key<Hello> HELLO =
            Metadata.Key.of("quorate-hello" + Metadata.BINARY_HEADER_SUFFIX, new Metadata.BinaryMarshaller<Hello>() {
                @Override
                public byte[] toBytes(Hello hello) {
                    return hello.toByteArray();
                }

                @Override
                public Hello parseBytes(byte[] bytes) {
                    try {
                        return Hello.parseFrom(bytes);
                    } catch (InvalidProtocolBufferException damaged) {
                        return Hello.getDefaultInstance();
                    }
                }
            });

    private PeerMethods() {}
}
