package dev.quorate.store.api.wire;

import io.grpc.Drainable;
import io.grpc.KnownLength;
import io.grpc.MethodDescriptor;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import org.jspecify.annotations.Nullable;

/** Hands a {@link Reply} to gRPC so that its bytes go straight into the transport's buffer. */
public final class ReplyMarshaller implements MethodDescriptor.Marshaller<Reply> {
    @Override
    public InputStream stream(Reply message) {
        return new Stream(message);
    }

    @Override
    public Reply parse(InputStream stream) {
        throw new UnsupportedOperationException("a server only writes its replies");
    }

    private static final class Stream extends InputStream implements Drainable, KnownLength {
        private final Reply message;
        private boolean drained;
        private @Nullable InputStream bytes;

        Stream(Reply message) {
            this.message = message;
        }

        @Override
        public int drainTo(OutputStream target) throws IOException {
            drained = true;
            message.writeTo(target);
            return message.sizeBytes();
        }

        @Override
        public int available() {
            return drained ? 0 : message.sizeBytes();
        }

        /** Only asked when something compresses or copies the message; gRPC's own path drains it. */
        @Override
        public int read() throws IOException {
            return bytes().read();
        }

        @Override
        public int read(byte[] target, int offset, int length) throws IOException {
            return bytes().read(target, offset, length);
        }

        private InputStream bytes() {
            if (bytes == null) {
                ByteArrayOutputStream out = new ByteArrayOutputStream(message.sizeBytes());
                try {
                    message.writeTo(out);
                } catch (IOException impossible) {
                    throw new UncheckedIOException(impossible);
                }
                bytes = new ByteArrayInputStream(out.toByteArray());
            }
            return bytes;
        }
    }
}
