package dev.quorate.store.peer;

import dev.quorate.store.codec.MessageCodec;
import dev.quorate.store.raft.Message;
import io.grpc.Drainable;
import io.grpc.MethodDescriptor.Marshaller;
import io.grpc.Status;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.List;

/** Frames of raft messages, written straight into the network's buffers. */
final class FrameMarshaller implements Marshaller<List<Message>> {
    @Override
    public InputStream stream(List<Message> messages) {
        return new Frame(messages);
    }

    @Override
    public List<Message> parse(InputStream stream) {
        try {
            return MessageCodec.read(stream);
        } catch (IOException damaged) {
            throw Status.INTERNAL
                    .withDescription("bad frame")
                    .withCause(damaged)
                    .asRuntimeException();
        }
    }

    private static final class Frame extends InputStream implements Drainable {
        private final List<Message> messages;

        Frame(List<Message> messages) {
            this.messages = messages;
        }

        @Override
        public int drainTo(OutputStream target) throws IOException {
            Counted counted = new Counted(target);
            MessageCodec.write(messages, counted);
            return counted.count;
        }

        @Override
        public int read() throws IOException {
            throw new IOException("a frame is drained, not read");
        }

        @Override
        public int read(byte[] bytes, int from, int length) throws IOException {
            throw new IOException("a frame is drained, not read");
        }

        @Override
        public byte[] readAllBytes() throws IOException {
            ByteArrayOutputStream all = new ByteArrayOutputStream();
            MessageCodec.write(messages, all);
            return all.toByteArray();
        }
    }

    private static final class Counted extends OutputStream {
        private final OutputStream target;
        private int count;

        Counted(OutputStream target) {
            this.target = target;
        }

        @Override
        public void write(int b) throws IOException {
            target.write(b);
            count++;
        }

        @Override
        public void write(byte[] bytes, int from, int length) throws IOException {
            target.write(bytes, from, length);
            count += length;
        }
    }
}
