package dev.quorate.store.node;

import java.util.HashMap;
import java.util.Map;

/**
 * To whom whole states are on their way.
 *
 * <pre>
 * never two at once to one member       the second would end the first, whose failure raft would take for the second's,
 *                                       and so on without end: so also a state that this member began to send when it led
 *                                       before goes on, for an older one is as good
 * after a failure there is a pause      it doubles up to some seconds: who has no room on its disk should not get the
 *                                       same bytes again and again
 * </pre>
 */
final class WholeStates {
    private static final long FIRST_PAUSE_MILLIS = 100;
    private static final long LONGEST_PAUSE_MILLIS = 6_400;

    private final Map<Long, Way> ways = new HashMap<>();

    /** What is to be done for one that needs a state. */
    enum Verdict {
        SEND,

        /** One is on its way; its end will be told. */
        WAIT,

        /** The last one failed not long ago. */
        ASK_AGAIN
    }

    private static final class Way {
        boolean underWay;
        long pauseMillis;
        long pausesUntilMillis;
    }

    Verdict wanted(long to, long nowMillis) {
        Way way = ways.computeIfAbsent(to, _ -> new Way());
        if (way.underWay) return Verdict.WAIT;
        if (way.pauseMillis > 0 && nowMillis < way.pausesUntilMillis) return Verdict.ASK_AGAIN;
        way.underWay = true;
        return Verdict.SEND;
    }

    void ended(long to, boolean delivered, long nowMillis) {
        if (delivered) {
            ways.remove(to);
            return;
        }
        Way way = ways.computeIfAbsent(to, _ -> new Way());
        way.underWay = false;
        way.pauseMillis = Math.clamp(2 * way.pauseMillis, FIRST_PAUSE_MILLIS, LONGEST_PAUSE_MILLIS);
        way.pausesUntilMillis = nowMillis + way.pauseMillis;
    }
}
