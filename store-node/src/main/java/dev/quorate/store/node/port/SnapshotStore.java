package dev.quorate.store.node.port;

import dev.quorate.store.Bytes;
import dev.quorate.store.mvcc.Revision;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Optional;

/** Port: whole states on disk, out to another member and in from one. */
public interface SnapshotStore {
    /** Holds the state of the last whole batch still and reads it from front to back. Any thread; long. */
    Export export() throws IOException;

    /** Begins a state beside the present one, with what an earlier one that was cut off has left. There is only one. */
    Import receive(StatePosition position, long sizeBytes) throws IOException;

    /** The state of the last whole batch in the format of etcd's database files. Long: it is read to lay it out. */
    default Database database() throws IOException {
        throw new IOException("this store has no database files");
    }

    /** An etcd database file that is written when it is asked for. */
    interface Database extends AutoCloseable {
        StatePosition position();

        long sizeBytes();

        void writeTo(Sink sink) throws IOException;

        @Override
        void close();
    }

    /** Takes pieces in order. */
    interface Sink {
        void write(ByteBuffer piece) throws IOException;
    }

    /** Hears all that a state consists of, in the order in which it was written. */
    interface Records {
        void version(Revision revision, boolean tombstone, Bytes encodedKeyValue) throws IOException;

        /** The latest fact of each name is the truth; an empty value means that the thing is gone. */
        void fact(Bytes key, Bytes value) throws IOException;
    }

    /** How many bytes of a file the receiver already has, and their CRC-32C. */
    record Held(String file, long bytes, int crc) {}

    /** A state that stands still while it is read. */
    interface Export extends AutoCloseable {
        StatePosition position();

        long sizeBytes();

        /** From front to back, as often as wanted. */
        default void records(Records records) throws IOException {
            throw new IOException("this state cannot be read");
        }

        /** Before the first piece: what the receiver has is left out, as far as it is the same. */
        default void leaveOut(List<Held> held) throws IOException {}

        /** The next piece, at most so many bytes; empty at the end. */
        Optional<Bytes> next(int maxBytes) throws IOException;

        @Override
        void close();
    }

    /** A state on its way in. Closed before it is finished, it waits for the next one to go on with it. */
    interface Import extends AutoCloseable {
        default List<Held> held() {
            return List.of();
        }

        void write(Bytes piece) throws IOException;

        /** All pieces are here: checks them, forces them to disk and marks them whole. */
        void finish() throws IOException;

        /** What has come is of no use. */
        default void discard() throws IOException {
            close();
        }

        @Override
        void close();
    }
}
