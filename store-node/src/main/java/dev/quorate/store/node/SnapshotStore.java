package dev.quorate.store.node;

import dev.quorate.store.Bytes;
import java.io.IOException;
import java.util.Optional;

/** Port: whole states on disk, out to another member and in from one. */
public interface SnapshotStore {
    /** Holds the state of the last whole batch still and reads it from front to back. Any thread; long. */
    Export export() throws IOException;

    /** Begins a state beside the present one. Discards an earlier one that was not finished. */
    Import receive(StatePosition position, long sizeBytes) throws IOException;

    /** A state that stands still while it is read. */
    interface Export extends AutoCloseable {
        StatePosition position();

        long sizeBytes();

        /** The next piece, at most so many bytes; empty at the end. */
        Optional<Bytes> next(int maxBytes) throws IOException;

        @Override
        void close();
    }

    /** A state on its way in. Closed before it is finished, it is gone. */
    interface Import extends AutoCloseable {
        void write(Bytes piece) throws IOException;

        /** All pieces are here: checks them, forces them to disk and marks them whole. */
        void finish() throws IOException;

        @Override
        void close();
    }
}
