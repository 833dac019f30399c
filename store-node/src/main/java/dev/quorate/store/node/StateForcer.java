package dev.quorate.store.node;

import java.util.function.Consumer;

/** Port: makes the state on disk safe from a power cut, in the background. */
public interface StateForcer {
    /** Tells once how far the state is safe. Returns at once. */
    void force(Consumer<StatePosition> safe);
}
