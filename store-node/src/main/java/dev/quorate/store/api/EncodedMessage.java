package dev.quorate.store.api;

import java.io.IOException;
import java.io.OutputStream;

/** A protobuf message that writes its own bytes: the same ones that the generated class would write. */
interface EncodedMessage {
    int sizeBytes();

    void writeTo(OutputStream out) throws IOException;
}
