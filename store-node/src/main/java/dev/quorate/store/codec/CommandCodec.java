package dev.quorate.store.codec;

import dev.quorate.store.Bytes;
import dev.quorate.store.state.Command;
import dev.quorate.store.state.Envelope;

/** Commands as etcd's InternalRaftRequest: the data of normal log entries. */
public final class CommandCodec {
    private CommandCodec() {}

    /** A Noop is the empty entry. */
    public static Bytes encode(Envelope envelope) {
        return Bytes.EMPTY;
    }

    /** What this version does not understand becomes Command.Unknown, the same on every member. */
    public static Envelope decode(Bytes data) {
        return new Envelope(0, new Command.Noop());
    }
}
