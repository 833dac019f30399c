package dev.quorate.e2e.bench;

import com.google.protobuf.ByteString;
import com.google.protobuf.UnsafeByteOperations;
import dev.quorate.proto.etcdserverpb.Compare;
import dev.quorate.proto.etcdserverpb.PutRequest;
import dev.quorate.proto.etcdserverpb.RangeRequest;
import dev.quorate.proto.etcdserverpb.RequestOp;
import dev.quorate.proto.etcdserverpb.TxnRequest;
import io.grpc.MethodDescriptor;
import io.grpc.MethodDescriptor.MethodType;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;

/** The calls of the load: raw bytes in and out, so that the client spends next to nothing on messages. */
final class Calls {
    static final int VALUE_BYTES = 256;
    private static final byte[] VALUE = "x".repeat(VALUE_BYTES).getBytes(StandardCharsets.US_ASCII);

    static final MethodDescriptor<byte[], byte[]> PUT = unary("etcdserverpb.KV/Put");
    static final MethodDescriptor<byte[], byte[]> RANGE = unary("etcdserverpb.KV/Range");
    static final MethodDescriptor<byte[], byte[]> TXN = unary("etcdserverpb.KV/Txn");
    static final MethodDescriptor<byte[], byte[]> WATCH = method(MethodType.BIDI_STREAMING, "etcdserverpb.Watch/Watch");

    private Calls() {}

    static byte[] put(String key) {
        return put(key, VALUE);
    }

    static byte[] put(String key, byte[] value) {
        return PutRequest.newBuilder()
                .setKey(ByteString.copyFromUtf8(key))
                .setValue(UnsafeByteOperations.unsafeWrap(value))
                .build()
                .toByteArray();
    }

    static byte[] get(String key, boolean serializable) {
        return RangeRequest.newBuilder()
                .setKey(ByteString.copyFromUtf8(key))
                .setSerializable(serializable)
                .build()
                .toByteArray();
    }

    /** {@code limit} 0 = the whole range. */
    static byte[] range(String from, String to, long limit) {
        return RangeRequest.newBuilder()
                .setKey(ByteString.copyFromUtf8(from))
                .setRangeEnd(ByteString.copyFromUtf8(to))
                .setLimit(limit)
                .build()
                .toByteArray();
    }

    /** Puts the key if it exists, as most transactions of Kubernetes do. */
    static byte[] txn(String key) {
        ByteString name = ByteString.copyFromUtf8(key);
        PutRequest put = PutRequest.newBuilder()
                .setKey(name)
                .setValue(UnsafeByteOperations.unsafeWrap(VALUE))
                .build();
        return TxnRequest.newBuilder()
                .addCompare(Compare.newBuilder()
                        .setKey(name)
                        .setTarget(Compare.CompareTarget.MOD)
                        .setResult(Compare.CompareResult.GREATER)
                        .setModRevision(0))
                .addSuccess(RequestOp.newBuilder().setRequestPut(put))
                .build()
                .toByteArray();
    }

    private static MethodDescriptor<byte[], byte[]> unary(String name) {
        return method(MethodType.UNARY, name);
    }

    private static MethodDescriptor<byte[], byte[]> method(MethodType type, String name) {
        return MethodDescriptor.<byte[], byte[]>newBuilder()
                .setType(type)
                .setFullMethodName(name)
                .setRequestMarshaller(new Raw())
                .setResponseMarshaller(new Raw())
                .build();
    }

    private static final class Raw implements MethodDescriptor.Marshaller<byte[]> {
        @Override
        public InputStream stream(byte[] value) {
            return new ByteArrayInputStream(value);
        }

        @Override
        public byte[] parse(InputStream stream) {
            try {
                return stream.readAllBytes();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }
}
