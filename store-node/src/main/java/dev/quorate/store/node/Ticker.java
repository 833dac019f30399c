package dev.quorate.store.node;

/** Time, as the loop sees it: the simulator's clock stands still until it is moved. */
public interface Ticker {
    /** Monotonic milliseconds since any moment. */
    long millis();

    /** Milliseconds since 1970, for identifiers only: two members may disagree. */
    long wallMillis();
}
