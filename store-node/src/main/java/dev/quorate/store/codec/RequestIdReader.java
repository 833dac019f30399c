package dev.quorate.store.codec;

import com.google.protobuf.CodedInputStream;
import com.google.protobuf.WireFormat;
import dev.quorate.store.Bytes;
import java.io.IOException;

/** Reads only the request id of an encoded command: enough to find the client that waits for it. */
public final class RequestIdReader {
    private static final int OLD_ID_FIELD = 1;
    private static final int HEADER_FIELD = 100;

    private RequestIdReader() {}

    /** 0 if there is none. */
    public static long requestId(Bytes command) {
        CodedInputStream in = CodedInputStream.newInstance(command.shared());
        try {
            for (int tag = in.readTag(); tag != 0; tag = in.readTag()) {
                int field = WireFormat.getTagFieldNumber(tag);
                if (field == OLD_ID_FIELD) {
                    long id = in.readUInt64();
                    if (id != 0) return id;
                } else if (field == HEADER_FIELD) return headerId(in);
                else in.skipField(tag);
            }
            return 0;
        } catch (IOException notACommand) {
            return 0;
        }
    }

    private static long headerId(CodedInputStream in) throws IOException {
        int end = in.pushLimit(in.readRawVarint32());
        long id = 0;
        for (int tag = in.readTag(); tag != 0; tag = in.readTag()) {
            if (WireFormat.getTagFieldNumber(tag) == 1) id = in.readUInt64();
            else in.skipField(tag);
        }
        in.popLimit(end);
        return id;
    }
}
