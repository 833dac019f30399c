package dev.quorate.store.node;

import dev.quorate.store.Bytes;
import java.io.IOException;
import java.util.List;
import java.util.Optional;

/** Port: whole states on disk, out to another member and in from one. */
public interface SnapshotStore {
    /** Holds the state of the last whole batch still and reads it from front to back. Any thread; long. */
    Export export() throws IOException;

    /** Begins a state beside the present one, with what an earlier one that was cut off has left. There is only one. */
    Import receive(StatePosition position, long sizeBytes) throws IOException;

    /** How many bytes of a file the receiver already has, and their CRC-32C. */
    record Held(String file, long bytes, int crc) {}

    /** A state that stands still while it is read. */
    interface Export extends AutoCloseable {
        StatePosition position();

        long sizeBytes();

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
