package dev.quorate.store.linear;

/**
 * One call of one client. Moments are numbers of which no two are the same.
 *
 * @param returned {@link #NEVER} = the outcome is unknown: it may have happened at any time since, or not at all
 */
public record Call(String key, long invoked, long returned, Action action) {
    public static final long NEVER = Long.MAX_VALUE;

    boolean isKnown() {
        return returned != NEVER;
    }

    @Override
    public String toString() {
        return key + " [" + invoked + ", " + (isKnown() ? returned : "?") + "] " + action;
    }
}
