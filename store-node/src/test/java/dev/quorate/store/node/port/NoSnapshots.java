package dev.quorate.store.node.port;

/** There is nothing to send and nobody to receive from. */
public final class NoSnapshots implements SnapshotStore {
    @Override
    public Export export() {
        throw new UnsupportedOperationException();
    }

    @Override
    public Import receive(StatePosition position, long sizeBytes) {
        throw new UnsupportedOperationException();
    }
}
