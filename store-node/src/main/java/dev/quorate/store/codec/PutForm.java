package dev.quorate.store.codec;

import com.google.protobuf.CodedInputStream;
import com.google.protobuf.CodedOutputStream;
import dev.quorate.store.Bytes;
import dev.quorate.store.Invariant;
import dev.quorate.store.state.Envelope;
import dev.quorate.store.state.Op;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * A put as InternalRaftRequest without the detour over message objects: it is the request that comes most often.
 * The bytes are those that protobuf writes for the same message.
 */
final class PutForm {
    private static final int PUT = 4;
    private static final int HEADER = 100;
    private static final int PUT_TAG = PUT << 3 | 2;
    private static final int HEADER_TAG = HEADER << 3 | 2;
    private static final int ID_TAG = 1 << 3;

    private PutForm() {}

    static Bytes encode(long requestId, Op.Put put) {
        int putSize = size(put);
        int headerSize = requestId == 0 ? 0 : CodedOutputStream.computeUInt64Size(1, requestId);
        byte[] out = new byte
                [CodedOutputStream.computeTagSize(PUT)
                        + CodedOutputStream.computeUInt32SizeNoTag(putSize)
                        + putSize
                        + CodedOutputStream.computeTagSize(HEADER)
                        + 1
                        + headerSize];
        CodedOutputStream to = CodedOutputStream.newInstance(out);
        try {
            to.writeUInt32NoTag(PUT_TAG);
            to.writeUInt32NoTag(putSize);
            write(put, to);
            to.writeUInt32NoTag(HEADER_TAG);
            to.writeUInt32NoTag(headerSize);
            if (requestId != 0) to.writeUInt64(1, requestId);
            to.checkNoSpaceLeft();
        } catch (IOException wrongSize) {
            throw new Invariant.Broken("a put is as long as it was reckoned: " + wrongSize);
        }
        return Bytes.wrap(out);
    }

    private static int size(Op.Put put) {
        int size = 0;
        if (!put.key().isEmpty())
            size += CodedOutputStream.computeByteArraySize(1, put.key().shared());
        if (!put.value().isEmpty())
            size += CodedOutputStream.computeByteArraySize(2, put.value().shared());
        if (put.lease() != 0) size += CodedOutputStream.computeInt64Size(3, put.lease());
        return size + (put.wantsPrevious() ? 2 : 0) + (put.keepsValue() ? 2 : 0) + (put.keepsLease() ? 2 : 0);
    }

    private static void write(Op.Put put, CodedOutputStream to) throws IOException {
        if (!put.key().isEmpty()) to.writeByteArray(1, put.key().shared());
        if (!put.value().isEmpty()) to.writeByteArray(2, put.value().shared());
        if (put.lease() != 0) to.writeInt64(3, put.lease());
        if (put.wantsPrevious()) to.writeBool(4, true);
        if (put.keepsValue()) to.writeBool(5, true);
        if (put.keepsLease()) to.writeBool(6, true);
    }

    /** Null when the data is anything but a put followed by its header. */
    static @Nullable Envelope decode(Bytes data) {
        if (data.at(0) != PUT_TAG) return null;
        CodedInputStream in = CodedInputStream.newInstance(data.shared());
        try {
            in.readTag();
            int end = in.pushLimit(in.readRawVarint32());
            Op.Put put = put(in);
            if (put == null) return null;
            in.popLimit(end);
            long id = 0;
            if (in.readTag() != HEADER_TAG) return null;
            end = in.pushLimit(in.readRawVarint32());
            if (!in.isAtEnd() && in.readTag() == ID_TAG) id = in.readUInt64();
            if (!in.isAtEnd()) return null;
            in.popLimit(end);
            return in.isAtEnd() ? new Envelope(id, put) : null;
        } catch (IOException damaged) {
            return null;
        }
    }

    private static Op.@Nullable Put put(CodedInputStream in) throws IOException {
        Bytes key = Bytes.EMPTY;
        Bytes value = Bytes.EMPTY;
        long lease = 0;
        boolean wantsPrevious = false;
        boolean keepsValue = false;
        boolean keepsLease = false;
        for (int tag = in.readTag(); tag != 0; tag = in.readTag()) {
            switch (tag) {
                case 1 << 3 | 2 -> key = Bytes.wrap(in.readByteArray());
                case 2 << 3 | 2 -> value = Bytes.wrap(in.readByteArray());
                case 3 << 3 -> lease = in.readInt64();
                case 4 << 3 -> wantsPrevious = in.readBool();
                case 5 << 3 -> keepsValue = in.readBool();
                case 6 << 3 -> keepsLease = in.readBool();
                default -> {
                    return null;
                }
            }
        }
        return new Op.Put(key, value, lease, wantsPrevious, keepsValue, keepsLease);
    }
}
